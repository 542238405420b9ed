"""One line per figure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value with its unit and, where there is one, the most it should be."""

    name: str
    value: float
    unit: str
    aim: float | None = None

    def __str__(self) -> str:
        number = f"{self.value:.2f}" if self.value < 100 else f"{self.value:.0f}"
        line = f"{self.name:<52} {number:>9} {self.unit}"
        if self.aim is None:
            return line
        verdict = "met" if self.value <= self.aim else "missed"
        return f"{line:<72} aim <= {self.aim:g} {self.unit}: {verdict}"


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(percent / 100 * len(ordered)))]
