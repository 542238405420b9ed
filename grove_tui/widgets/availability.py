"""Whether an action can be used now, and why not: one answer for the keys, help and the palette.

An action that cannot be used stays in all three, greyed, and its key still says the reason; what
makes no sense at all where it is pressed is a matter of Textual's `check_action`.
"""

from typing import Any, Protocol, runtime_checkable

from msgspec import Struct
from textual.screen import Screen


class Availability(Struct, frozen=True):
    """Whether an action can be used; if not, why, in one sentence."""

    reason: str = ""

    @property
    def allowed(self) -> bool:
        """Whether it can."""
        return not self.reason


AVAILABLE = Availability()


@runtime_checkable
class KeyJudge(Protocol):
    """A screen that knows which of its actions cannot be used now."""

    def availability(self, action: str) -> Availability:
        """Return whether the action of that name can be used on what is selected."""
        ...


def availability_on(screen: Screen[Any], action: str) -> Availability:
    """Return whether an action, as a binding spells it, can be used on a screen."""
    if not isinstance(screen, KeyJudge):
        return AVAILABLE
    return screen.availability(action.partition("(")[0].rpartition(".")[2])
