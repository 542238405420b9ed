"""What a PodCliqueSet was made of, as far as its PodCliques tell.

Who begins to reconcile does not know which template was valid last. But which cliques there are,
and in which scaling groups, must never change, and names and labels of what was made tell it.
"""

import copy
from typing import Any

from grove_tui.api.composition import identify
from grove_tui.api.objects import PodCliqueSet
from grove_tui.kube.objects import JSON
from grove_tui.reconcile.podclique.plan import owning_set
from grove_tui.reconcile.world import INDEX_PART_OF, World


def as_it_was(world: World, pcs: PodCliqueSet, obj: JSON) -> JSON:
    """Return the set `obj` with the cliques and scaling groups that its PodCliques belong to.

    What was added without moving anything cannot be told from what has lost its PodCliques.
    """
    places = _places(world, pcs)
    result = copy.deepcopy(obj)
    template: JSON = result["spec"]["template"]
    cliques = _objects(template.get("cliques"))
    names = {clique.get("name") for clique in cliques}
    template["cliques"] = cliques + [{"name": name} for name in places if name not in names]
    template["podCliqueScalingGroups"] = _groups(template.get("podCliqueScalingGroups"), places)
    return result


def _places(world: World, pcs: PodCliqueSet) -> dict[str, str]:
    """Return the scaling group of each clique that has PodCliques; empty for none."""
    value = f"{pcs.metadata.namespace}/{pcs.metadata.name}"
    places = {}
    for podclique in world.podcliques.by_index(INDEX_PART_OF, value):
        identity, owner = identify(podclique.metadata), owning_set(world, podclique)
        if identity and owner and owner.metadata.uid == pcs.metadata.uid:
            places[identity.clique] = identity.group
    return places


def _groups(written: Any, places: dict[str, str]) -> list[JSON]:
    result = []
    for group in _objects(written):
        name, listed = group.get("name"), group.get("cliqueNames") or []
        members = [clique for clique, place in places.items() if place == name]
        kept = [clique for clique in listed if places.get(clique, name) == name]
        if kept or members:
            lost = [clique for clique in members if clique not in kept]
            result.append({**group, "cliqueNames": kept + lost})
    gone = {place for place in places.values() if place} - {group["name"] for group in result}
    return result + [
        {"name": name, "cliqueNames": [c for c, place in places.items() if place == name]}
        for name in sorted(gone)
    ]


def _objects(value: Any) -> list[JSON]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
