"""What the screen of nodes says in words: of all nodes together, and of the selected one."""

from collections.abc import Callable, Iterable

from textual.content import Content

from grove_tui.view.book import GangBook
from grove_tui.view.explain.causes import counted
from grove_tui.view.keys import Key
from grove_tui.view.naming import below
from grove_tui.view.nodebook import NodePicture
from grove_tui.view.nodemap import Endangered, endangered, usage_lines
from grove_tui.view.rows import Cell
from grove_tui.widgets.text_fit import fit, width_of

MAP_KEY = "A pod of gang A  a not ready  · other  [n] lit  ▂ how full  cpu free/all"
"""What the signs of the map mean."""
MANY_GIB = 16 * 1024
"""From how much memory on it is told in TiB."""
BREACHING = "If it died, these would breach:"
RECYCLING = "Recycled without the gang:"


def free_room(pictures: Iterable[NodePicture]) -> list[Cell]:
    """Return what is free on all nodes together of what they have."""
    kinds = (("cpu", 1000), ("memory", 1 << 30), ("gpus", 1))
    found = []
    for name, unit in kinds:
        usages = [getattr(picture, name) for picture in pictures]
        free, room = sum(u.free for u in usages), sum(u.allocatable for u in usages)
        suffix = ""
        if name == "memory":
            unit, suffix = (1 << 40, "Ti") if room >= MANY_GIB << 30 else (unit, "Gi")
        if room:
            what = name.removesuffix("s")
            found.append(Cell(f"{what} {free // unit} of {room // unit}{suffix} free"))
    return found


def staying(pods: int) -> str:
    """Return what becomes of the pods of a node that is cordoned."""
    if pods == 0:
        return "There are no pods on it."
    return f"Its {counted(pods, 'pod')} {'stays' if pods == 1 else 'stay'}; D drains it."


def facts(book: GangBook, picture: NodePicture, sign: Callable[[Key], str], width: int) -> Content:
    """Return what there is to say about a node: its state, its room, what its loss would mean.

    Args:
        book: The gangs.
        picture: The node.
        sign: Returns what stands for a gang.
        width: How wide a line can be; names are shortened so that none needs two.
    """
    pods = picture.pods
    state = [picture.domain, f"{pods.requested} of {pods.allocatable} pods"]
    rest = "".join(f"   {part}" for part in state if part)
    lines = [Content.assemble((picture.status, f"$grove-{picture.severity.style}"), rest)]
    lines += [Content(line) for line in usage_lines(picture)]
    if picture.taints:
        lines.append(Content.styled(f"taints: {picture.taints}", "$grove-warn"))
    return Content("\n").join([*lines, *_loss(book, picture, sign, width)])


def _loss(
    book: GangBook, picture: NodePicture, sign: Callable[[Key], str], width: int
) -> Iterable[Content]:
    """Say what would follow if a node died."""
    breaks = endangered(book, picture.node.metadata.name)
    if not breaks and picture.guests:
        yield Content("If it died, no gang would breach.")
    for heading, whole in ((BREACHING, True), (RECYCLING, False)):
        found = [
            _short_of(what, sign(what.gang), width) for what in breaks if what.ends_gang is whole
        ]
        if found:
            yield Content.styled(heading, "$grove-warn")
            yield from found


def _short_of(what: Endangered, sign: str, width: int) -> Content:
    count = f"  {what.left} of {what.minimum} needed"
    room = max(8, width - len(count) - len(f"  {sign} "))
    tail = below(what.podclique, what.gang.name)
    name = fit(what.podclique, min(room, width_of(what.podclique)), elide="middle", tail=tail)
    return Content(f"  {sign} {name}{count}")
