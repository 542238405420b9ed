"""How far a long action is, and the way to stop it between two steps."""

from collections.abc import Callable
from dataclasses import dataclass


def _nobody() -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Course:
    """Counts the steps of a long action.

    Attributes:
        changed: Called after each step.
        stage: What is being done, as a participle ("trying").
        done: Steps of this stage that are over.
        total: Steps of this stage.
        is_stopped: Whether no further step is to begin.
    """

    changed: Callable[[], None] = _nobody
    stage: str = ""
    done: int = 0
    total: int = 0
    is_stopped: bool = False

    def begin(self, stage: str, total: int) -> None:
        """Begin a stage."""
        self.stage, self.done, self.total = stage, 0, total
        self.changed()

    def step(self) -> None:
        """Count one step."""
        self.done += 1
        self.changed()
