"""Counts as bars: of a clique's pods, with the gang's minimum, and of what is done so far."""

from grove_tui.view.rows import Cell, Severity

CELLS = 8
"""The most cells that a bar has for pods; larger cliques are drawn to scale."""
_READY = "█"
_NOT_READY = "░"
_NOT_WANTED = "·"
_MINIMUM = "|"


def clique_bar(ready: int, desired: int, minimum: int, severity: Severity) -> Cell:
    """Return a bar such as `▕████|█░▏`: five of six pods ready, four needed.

    A dot stands for a pod that the gang needs but that nobody asked for.
    """
    pods = max(desired, minimum)
    if pods == 0:
        return Cell()
    cells = min(pods, CELLS)
    filled = _scaled(ready, pods, cells)
    wanted = max(filled, _scaled(desired, pods, cells))
    tick = max(_scaled(minimum, pods, cells), 1 if minimum else 0)
    body = _READY * filled + _NOT_READY * (wanted - filled) + _NOT_WANTED * (cells - wanted)
    text = f"▕{body[:tick]}{_MINIMUM}{body[tick:]}▏"
    return Cell(text, severity.style, ((1 + tick, 2 + tick, "title"),))


def progress_bar(done: int, whole: int, cells: int = 20) -> str:
    """Return a bar such as `▕█████░░░▏`, full only when all is done."""
    filled = _scaled(done, whole, cells) if whole else cells
    return f"▕{_READY * filled}{_NOT_READY * (cells - filled)}▏"


def _scaled(count: int, pods: int, cells: int) -> int:
    """Return cells for a count: none only for none, and all only for all."""
    if count <= 0:
        return 0
    if count >= pods:
        return cells
    return max(1, min(cells - 1 if cells > 1 else cells, count * cells // pods))
