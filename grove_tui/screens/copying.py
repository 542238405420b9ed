"""The key that copies the name of what is selected, by the terminal's own clipboard (OSC 52)."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from grove_tui.view.keys import Key


class CopyKeys(Screen[None]):
    """Copies the names of the marked rows, or else of the selected one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "c,C",
            "copy_names",
            "Copy name",
            tooltip="Copy the name, or the names of all marked rows",
            show=False,
            id="object.copy",
        ),
    ]

    def subject(self) -> Key | None:
        """Return the object that the selected row is, or is an event about."""
        return None

    def chosen(self) -> list[Key]:
        """Return what is to be copied."""
        key = self.subject()
        return [key] if key is not None else []

    def action_copy_names(self) -> None:
        names = [str(key) for key in self.chosen()]
        if not names:
            self.app.notify("Select something that has a name.", markup=False)
            return
        self.app.copy_to_clipboard("\n".join(names))
        told = names[0] if len(names) == 1 else f"{len(names)} names"
        self.app.notify(f"Copied {told}.", markup=False)
