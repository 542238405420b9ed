"""Which template of a PodCliqueSet is in force: the last one that was found valid.

Where a webhook judges, an invalid change never reaches the cluster. Where none does, it is in the
set all the same; what runs then goes by the template before it, until the set is valid again.
"""

from collections.abc import Callable

from msgspec.structs import replace

from grove_tui.api.objects import PodCliqueSet, PodCliqueSetTemplate
from grove_tui.reconcile.blueprint import Blueprint, Blueprints, Minimums


class AcceptedBlueprints(Blueprints):
    """The blueprints of the templates in force.

    Attributes:
        on_accept: Called with a set that has another valid template now, the first one included.
    """

    def __init__(self, minimums: Minimums = lambda _: {}) -> None:
        super().__init__(minimums)
        self.on_accept: Callable[[PodCliqueSet], None] = lambda _: None
        self._accepted: dict[str, int] = {}
        self._templates: dict[str, PodCliqueSetTemplate] = {}

    def accept(self, pcs: PodCliqueSet) -> None:
        """Put the set's present template into force."""
        uid, template = pcs.metadata.uid, pcs.spec.template
        self._accepted[uid] = pcs.metadata.generation
        if self._templates.get(uid) != template:
            self._templates[uid] = template
            self.on_accept(pcs)

    def is_in_force(self, pcs: PodCliqueSet) -> bool:
        """Tell whether any template of the set has been found valid, and so is in force."""
        return pcs.metadata.uid in self._accepted

    def of(self, pcs: PodCliqueSet) -> Blueprint:
        """Return the blueprint of the template in force; its set has that template, too.

        Without one it is that of the present template: good for what does not go by the template.
        """
        uid, generation = pcs.metadata.uid, pcs.metadata.generation
        accepted = self._accepted.get(uid, generation)
        known = self._known.get(uid)
        if accepted == generation or known is None:
            return super().of(pcs)
        if generation < accepted:
            # Who looked at the set before it was judged is not to bring its former size back.
            return known[1]
        # How many replicas there are is no part of the template.
        spec = replace(known[1].pcs.spec, replicas=pcs.spec.replicas)
        known[1].pcs = replace(pcs, spec=spec)
        return known[1]

    def forget(self, uid: str) -> None:
        """Drop the blueprint of a set that is gone."""
        super().forget(uid)
        self._accepted.pop(uid, None)
        self._templates.pop(uid, None)
