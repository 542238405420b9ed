"""Start-up order: which PodCliques must be ready before another one's containers start.

Grove API: the order holds between pods of one gang only and is kept by an init container in each
pod; all objects are created at once whatever the order.
"""

from typing import NamedTuple

from grove_tui.api import names
from grove_tui.api.composition import find_clique, group_of, template_min_available
from grove_tui.api.constants import STARTUP_EXPLICIT, STARTUP_IN_ORDER
from grove_tui.api.objects import PodCliqueSet, PodCliqueSetTemplate


class Dependency(NamedTuple):
    """A PodClique that must have at least `min_available` ready pods."""

    podclique: str
    min_available: int


def clique_dependencies(template: PodCliqueSetTemplate, clique: str) -> tuple[str, ...]:
    """Return the cliques that a clique starts after, by their template names."""
    if template.clique_startup_type == STARTUP_IN_ORDER:
        order = [c.name for c in template.cliques]
        position = order.index(clique) if clique in order else 0
        return tuple(order[position - 1 : position]) if position else ()
    if template.clique_startup_type == STARTUP_EXPLICIT:
        found = find_clique(template, clique)
        return found.spec.starts_after if found else ()
    return ()


def dependencies(
    pcs: PodCliqueSet, replica: int, clique: str, index: int | None = None
) -> tuple[Dependency, ...]:
    """Return what the PodClique of a clique starts after.

    A dependency on a clique in a scaling group means its replicas up to the group's minAvailable,
    which are in the base gang. A scaled replica runs after the base gang anyway, so it keeps only
    dependencies within itself.

    Args:
        pcs: The PodCliqueSet.
        replica: Replica of the PodCliqueSet.
        clique: Name of the clique in the template.
        index: Replica of the clique's scaling group; None for a standalone clique.
    """
    template = pcs.spec.template
    own_group = group_of(template, clique)
    is_scaled = own_group is not None and index is not None and index >= own_group.min_available
    found: list[Dependency] = []
    for name in clique_dependencies(template, clique):
        if not is_scaled:
            found += _expand(pcs, replica, name)
        elif own_group and index is not None and name in own_group.clique_names:
            found += _members(pcs, replica, name, range(index, index + 1))
    return tuple(dict.fromkeys(found))


def starts_after(
    pcs: PodCliqueSet, replica: int, clique: str, index: int | None = None
) -> tuple[str, ...]:
    """Return the `startsAfter` of a PodClique's spec: `dependencies` by name."""
    return tuple(d.podclique for d in dependencies(pcs, replica, clique, index))


def _expand(pcs: PodCliqueSet, replica: int, clique: str) -> list[Dependency]:
    template = pcs.spec.template
    group = group_of(template, clique)
    if group is not None:
        return _members(pcs, replica, clique, range(group.min_available))
    found = find_clique(template, clique)
    if found is None:
        return []
    name = names.podclique_name(pcs.metadata.name, replica, clique)
    return [Dependency(name, template_min_available(found))]


def _members(pcs: PodCliqueSet, replica: int, clique: str, indices: range) -> list[Dependency]:
    template = pcs.spec.template
    found, group = find_clique(template, clique), group_of(template, clique)
    if found is None or group is None:
        return []
    minimum = template_min_available(found)
    of = pcs.metadata.name, replica, group.name
    return [Dependency(names.member_podclique_name(*of, j, clique), minimum) for j in indices]
