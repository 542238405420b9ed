"""Who reconciles, as far as this process is concerned."""

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What this process does for the cluster."""

    UNDECIDED = "looking who reconciles"
    RECONCILING = "reconciling here"
    STANDBY = "standing by"
    OBSERVING = "observing"


@dataclass(frozen=True, slots=True)
class Role:
    """The part, and why it is this one; the reason may be empty."""

    part: Part
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.part}: {self.reason}" if self.reason else str(self.part)
