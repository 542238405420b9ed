"""Parts of PodCliqueSets whose objects could get one and the same name.

Names are put together with dashes, which parts may contain as well: a clique `sg-0-w` beside a
clique `w` in a scaling group `sg` asks for two PodCliques `p-0-sg-0-w`; a set `p-0-sg` has its
first gang named like the first scaled gang of group `sg` in a set `p`.

The names of one part are a family: segments between dashes, in some of which an index stands.
Since indexes contain no dash, two families share a name exactly if they have as many segments and
each pair of segments can be equal.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations, product

from msgspec import Struct

from grove_tui.api.names import parse_index
from grove_tui.api.validation.errors import FieldError, invalid
from grove_tui.api.validation.manifest import Manifest

_MAX_PAIRS = 250_000
"""Bound of the work for absurd manifests; schemas allow far fewer parts."""


class Family(Struct, frozen=True):
    """The names that one part of a PodCliqueSet gives to objects of one kind.

    Attributes:
        kind: Kind of the objects.
        field: Path of the part's name.
        part: The part, for messages.
        value: The part's name.
        segments: What stands between the dashes; None is an index.
    """

    kind: str
    field: str
    part: str
    value: str
    segments: tuple[str | None, ...]

    def meets(self, other: "Family") -> bool:
        """Tell whether some name is in both families."""
        return (
            self.kind == other.kind
            and len(self.segments) == len(other.segments)
            and all(_can_equal(a, b) for a, b in zip(self.segments, other.segments, strict=True))
        )

    def example(self, other: "Family") -> str:
        """Return a name that is in both families."""
        pairs = zip(self.segments, other.segments, strict=True)
        return "-".join(a or b or "0" for a, b in pairs)


def within(manifest: Manifest) -> Iterator[FieldError]:
    """Find parts of one PodCliqueSet that can ask for the same name."""
    families = list(_families(manifest))
    if len(families) ** 2 <= _MAX_PAIRS:
        yield from _errors((a, b) for a, b in combinations(families, 2) if a.part != b.part)


def between(manifest: Manifest, other: Manifest) -> Iterator[FieldError]:
    """Find names that this PodCliqueSet and another one of its namespace can both ask for."""
    ours, theirs = list(_families(manifest)), list(_families(other))
    if manifest.name != other.name and len(ours) * len(theirs) <= _MAX_PAIRS:
        yield from _errors(product(ours, theirs), f' of PodCliqueSet "{other.name}"')


def _errors(pairs: Iterable[tuple[Family, Family]], owner: str = "") -> Iterator[FieldError]:
    for one, other in pairs:
        if one.meets(other):
            yield invalid(
                one.field,
                one.value,
                f"{one.kind} names of {one.part} and of {other.part}{owner} can coincide, "
                f'such as "{one.example(other)}"',
            )


def _can_equal(a: str | None, b: str | None) -> bool:
    if a is None or b is None:
        given = b if a is None else a
        return given is None or parse_index(given) is not None
    return a == b


def _families(manifest: Manifest) -> Iterator[Family]:
    own = (*manifest.name.split("-"), None)
    for kind in ("PodGang", "Service"):
        yield Family(kind, "metadata.name", "the set", manifest.name, own)
    for clique in manifest.cliques:
        group = manifest.group_of.get(clique.name)
        if not clique.name or (group is not None and not group.name):
            continue
        middle = (*group.name.split("-"), None) if group else ()
        part = f'clique "{clique.name}"'
        segments = (*own, *middle, *clique.name.split("-"))
        yield Family("PodClique", f"{clique.path}.name", part, clique.name, segments)
        if clique.auto_scaling and not group:
            kind = "HorizontalPodAutoscaler"
            yield Family(kind, f"{clique.path}.name", part, clique.name, segments)
    yield from _group_families(manifest, own)


def _group_families(manifest: Manifest, own: tuple[str | None, ...]) -> Iterator[Family]:
    for group in manifest.groups:
        if not group.name:
            continue
        about = f"{group.path}.name", f'scaling group "{group.name}"', group.name
        segments = (*own, *group.name.split("-"))
        yield Family("PodCliqueScalingGroup", *about, segments)
        yield Family("PodGang", *about, (*segments, None))
        if group.scale:
            yield Family("HorizontalPodAutoscaler", *about, segments)
