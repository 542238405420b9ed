"""What the screen of nodes says in words: of all nodes together, and of the selected one."""

from collections.abc import Iterable

from textual.content import Content

from grove_tui.view.book import GangBook
from grove_tui.view.explain.causes import counted
from grove_tui.view.nodebook import NodePicture
from grove_tui.view.nodemap import endangered, usage_cells
from grove_tui.view.rows import Cell

MAP_KEY = "A pod of gang A  a not ready  · other  [n] lit  ▂ how full  cpu free/all"
"""What the signs of the map mean."""


def free_room(pictures: Iterable[NodePicture]) -> list[Cell]:
    """Return what is free on all nodes together of what they have."""
    kinds = (("cpu", 1000), ("memory", 1 << 30), ("gpus", 1))
    found = []
    for name, unit in kinds:
        usages = [getattr(picture, name) for picture in pictures]
        free, room = sum(u.free for u in usages), sum(u.allocatable for u in usages)
        if room:
            gib = "Gi" if name == "memory" else ""
            what = name.removesuffix("s")
            found.append(Cell(f"{what} {free // unit} of {room // unit}{gib} free"))
    return found


def staying(pods: int) -> str:
    """Return what becomes of the pods of a node that is cordoned."""
    if pods == 0:
        return "There are no pods on it."
    return f"Its {counted(pods, 'pod')} {'stays' if pods == 1 else 'stay'}; D drains it."


def facts(book: GangBook, picture: NodePicture, breach: str) -> Content:
    """Return what there is to say about a node: its state, its room, what its loss would mean."""
    node = picture.node
    place = f"   {picture.domain}" if picture.domain else ""
    style = f"$grove-{picture.severity.style}"
    lines = [Content.assemble((picture.status, style), f"{place}")]
    lines.append(Content("   ".join(cell.text for cell in usage_cells(picture))))
    if picture.taints:
        lines.append(Content.styled(f"taints: {picture.taints}", "$grove-warn"))
    breaks = endangered(book, node.metadata.name)
    if breaks:
        lines.append(Content.styled("If it died, these would breach:", "$grove-warn"))
        lines += [Content(f"  {breach} {what.brief}") for what in breaks]
    elif picture.guests:
        lines.append(Content("If it died, no gang would fall below its minimum."))
    return Content("\n").join(lines)
