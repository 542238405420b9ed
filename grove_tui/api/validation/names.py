"""Names: formats, uniqueness and lengths."""

from collections.abc import Iterable, Iterator

from grove_tui.api.constants import MAX_COMBINED_NAME_LENGTH
from grove_tui.api.validation import collisions, formats
from grove_tui.api.validation.errors import FieldError, duplicate, invalid, required
from grove_tui.api.validation.manifest import Clique, Group, Manifest


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
    yield from collisions.within(manifest)


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
