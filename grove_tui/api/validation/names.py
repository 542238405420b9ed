"""Names: formats, uniqueness, lengths, and names of made objects that would coincide."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from grove_tui.api.constants import MAX_COMBINED_NAME_LENGTH
from grove_tui.api.names import parse_index
from grove_tui.api.validation import formats
from grove_tui.api.validation.errors import FieldError, duplicate, invalid, required
from grove_tui.api.validation.manifest import Clique, Group, Manifest

_MAX_FAMILIES = 512
"""Bound of the comparison of every two families; schemas allow fewer."""


def check(manifest: Manifest) -> Iterator[FieldError]:
    """Check all names in a PodCliqueSet."""
    yield from _set_name(manifest)
    parts: list[Clique | Group] = [*manifest.cliques, *manifest.groups]
    for item in parts:
        if item.name:
            yield from formats.dns1123_label(f"{item.path}.name", item.name)
        else:
            yield required(f"{item.path}.name")
    yield from _duplicates((f"{c.path}.name", c.name) for c in manifest.cliques)
    yield from _duplicates((f"{c.spec_path}.roleName", c.role_name) for c in manifest.cliques)
    yield from _duplicates((f"{g.path}.name", g.name) for g in manifest.groups)
    yield from _lengths(manifest)
    yield from _collisions(manifest)


def _set_name(manifest: Manifest) -> Iterator[FieldError]:
    field, name = "metadata.name", manifest.name
    if not name:
        yield required(field, "name or generateName is required")
    elif not formats.is_subdomain(name):
        yield from formats.dns1123_subdomain(field, name)
    elif not formats.is_dns1035_label(name):
        yield invalid(
            field,
            name,
            "must be a DNS-1035 label, because Services are named after it: lower case letters, "
            "digits and '-', starting with a letter and ending with a letter or digit",
        )
    yield from formats.labels("metadata.labels", manifest.metadata.get("labels"))
    yield from formats.annotations("metadata.annotations", manifest.metadata.get("annotations"))


def _duplicates(named: Iterable[tuple[str, str]]) -> Iterator[FieldError]:
    seen: set[str] = set()
    for field, name in named:
        if name and name in seen:
            yield duplicate(field, name)
        seen.add(name)


def _lengths(manifest: Manifest) -> Iterator[FieldError]:
    """Check that hostnames of pods stay below their limit, with room for the indexes."""
    longest: tuple[int, str] = (0, "")
    for clique in manifest.cliques:
        group = manifest.group_of.get(clique.name)
        parts = [manifest.name, group.name, clique.name] if group else [manifest.name, clique.name]
        length = sum(map(len, parts))
        if length > MAX_COMBINED_NAME_LENGTH:
            yield invalid(f"{clique.path}.name", clique.name, _too_long(parts, length))
            longest = max(longest, (length, _too_long(parts, length)))
    if longest[1]:
        yield invalid("metadata.name", manifest.name, longest[1])


def _too_long(parts: list[str], length: int) -> str:
    quoted = " + ".join(f'"{part[:MAX_COMBINED_NAME_LENGTH]}"' for part in parts)
    return (
        f"the combined length of {quoted} is {length} and exceeds {MAX_COMBINED_NAME_LENGTH}; "
        "shorten one of these names"
    )


@dataclass(frozen=True, slots=True)
class _Family:
    """The names of one part's objects: dash-separated segments, None standing for an index."""

    kind: str
    field: str
    part: str
    segments: tuple[str | None, ...]

    def meets(self, other: "_Family") -> bool:
        """Tell whether some name is in both families; an index never contains a dash."""
        return len(self.segments) == len(other.segments) and all(
            _may_be_equal(a, b) for a, b in zip(self.segments, other.segments, strict=True)
        )


def _may_be_equal(a: str | None, b: str | None) -> bool:
    if a is None or b is None:
        given = b if a is None else a
        return given is None or parse_index(given) is not None
    return a == b


def _collisions(manifest: Manifest) -> Iterator[FieldError]:
    families = [*_podclique_families(manifest), *_autoscaler_families(manifest)]
    if len(families) > _MAX_FAMILIES:
        return
    for one, other in combinations(families, 2):
        if one.kind == other.kind and one.part != other.part and one.meets(other):
            yield invalid(
                one.field,
                one.part,
                f"{one.kind} names of {one.part} and {other.part} can coincide, such as "
                f'"{_example(manifest.name, one, other)}"',
            )


def _podclique_families(manifest: Manifest) -> Iterator[_Family]:
    for clique in manifest.cliques:
        if not clique.name:
            continue
        group = manifest.group_of.get(clique.name)
        middle = [*group.name.split("-"), None] if group and group.name else []
        segments = (None, *middle, *clique.name.split("-"))
        part = f'clique "{clique.name}"'
        yield _Family("PodClique", f"{clique.path}.name", part, segments)


def _autoscaler_families(manifest: Manifest) -> Iterator[_Family]:
    scaled: list[tuple[str, Clique | Group]] = [
        ("clique", c) for c in manifest.standalone if c.auto_scaling
    ]
    scaled += [("scaling group", g) for g in manifest.groups if g.scale]
    for word, item in scaled:
        segments = (None, *item.name.split("-"))
        part = f'{word} "{item.name}"'
        yield _Family("HorizontalPodAutoscaler", f"{item.path}.name", part, segments)


def _example(pcs: str, one: _Family, other: _Family) -> str:
    pairs = zip(one.segments, other.segments, strict=True)
    return "-".join([pcs, *(a or b or "0" for a, b in pairs)])
