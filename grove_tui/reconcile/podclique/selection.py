"""Which pods go first when a PodClique has too many."""

from collections.abc import Iterable
from typing import Any

from grove_tui.kube.objects import Pod
from grove_tui.reconcile.podclique.pods import index_of, is_ready, template_hash

_PHASES = {"Unknown": 1, "Running": 2}
"""Rank of phases; all others, Pending above all, go first."""


def scale_in_order(pods: Iterable[Pod], podclique: str, wanted_hash: str) -> list[Pod]:
    """Return pods in the order in which a scale-in deletes them.

    Grove API: without a node before placed; Pending before Unknown before Running; not ready
    before ready; outdated before current; newer before older. The API resolves creation to the
    second, so among equals the higher index goes first.
    """

    def rank(pod: Pod) -> tuple[Any, ...]:
        created = pod.metadata.creation_timestamp
        return (
            bool(pod.spec.node_name),
            _PHASES.get(pod.status.phase, 0),
            is_ready(pod),
            template_hash(pod) == wanted_hash,
            -created.timestamp() if created is not None else float("-inf"),
            -(index_of(pod, podclique) or 0),
            pod.metadata.name,
        )

    return sorted(pods, key=rank)
