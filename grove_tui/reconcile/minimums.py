"""The minAvailable of cliques whose set does not say it.

Where no webhook writes defaults into sets, minAvailable is taken from the template's replicas as
they were when the first PodClique was made from it. It is immutable from then on, so replicas that
are edited later must not move it: what existing PodCliques have stored stays in force.
"""

from grove_tui.api.composition import identify
from grove_tui.api.objects import PodClique, PodCliqueSet
from grove_tui.reconcile.podclique.plan import owning_set
from grove_tui.reconcile.world import INDEX_PART_OF, World


def stored_minimums(world: World, pcs: PodCliqueSet) -> dict[str, int]:
    """Return the minAvailable that a set's PodCliques have, by clique, where the set has none."""
    silent = {c.name for c in pcs.spec.template.cliques if c.spec.min_available is None}
    if not silent:
        return {}
    value = f"{pcs.metadata.namespace}/{pcs.metadata.name}"
    found: dict[str, int] = {}
    for podclique in sorted(world.podcliques.by_index(INDEX_PART_OF, value), key=_age):
        identity = identify(podclique.metadata)
        minimum = podclique.spec.min_available
        if identity is None or identity.clique not in silent or not minimum:
            continue
        owner = owning_set(world, podclique)
        if owner is not None and owner.metadata.uid == pcs.metadata.uid:
            found.setdefault(identity.clique, minimum)
    return found


def _age(podclique: PodClique) -> tuple[float, str]:
    created = podclique.metadata.creation_timestamp
    return (created.timestamp() if created is not None else float("inf"), podclique.metadata.name)
