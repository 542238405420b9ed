"""An object as YAML, values of secrets and environment covered until asked for."""

from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from grove_tui.actions.reading import covered, to_yaml
from grove_tui.screens.text import TextScreen
from grove_tui.screens.yaml_colors import yaml_content


class DocumentScreen(TextScreen):
    """Shows one object as it was when it was fetched."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "uncover", "Show covered values", id="document.uncover"),
    ]

    def __init__(self, title: str, body: dict[str, Any]) -> None:
        self._body = body
        self._is_covered = True
        super().__init__(title, yaml_content(to_yaml(covered(body))))

    def action_uncover(self) -> None:
        self._is_covered = not self._is_covered
        body = covered(self._body) if self._is_covered else self._body
        self.show(yaml_content(to_yaml(body)))
