"""Events about the children of PodCliqueSets."""

from collections.abc import Iterable

from grove_tui.api.objects import PODCLIQUESETS, PodCliqueSet
from grove_tui.kube.errors import Conflict
from grove_tui.reconcile.actions import Outcome, Patch, describe
from grove_tui.reconcile.recorder import NORMAL, WARNING, EventRecorder

_REASONS = {
    ("create", "PodClique"): "PodCliqueCreateOrUpdate",
    ("create", "PodCliqueScalingGroup"): "PodCliqueScalingGroupCreate",
    ("delete", "PodClique"): "PodCliqueDelete",
    ("delete", "PodCliqueScalingGroup"): "PodCliqueScalingGroupDelete",
    ("delete", "PodGang"): "PodGangDelete",
}
_DONE = {"create": "Created", "delete": "Deleted"}


def tell(recorder: EventRecorder, pcs: PodCliqueSet, outcomes: Iterable[Outcome]) -> None:
    """Record what was created and deleted for a set, and every failure."""
    for outcome in outcomes:
        action = outcome.action
        kind = action.resource.kind
        reason = _REASONS.get((action.verb, kind))
        if outcome.error is None:
            if reason is not None and not isinstance(action, Patch):
                text = f"{_DONE[action.verb]} {kind}:"
                recorder.event(PODCLIQUESETS, pcs, NORMAL, f"{reason}Successful", text, action.name)
        elif not isinstance(outcome.error, Conflict):
            stem = reason or f"{kind}{action.verb.capitalize()}"
            recorder.event(PODCLIQUESETS, pcs, WARNING, f"{stem}Failed", describe(outcome))
