"""What all Grove controllers share."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock
from grove_tui.kube.resources import Resource
from grove_tui.reconcile.actions import Executor, Outcome, describe
from grove_tui.reconcile.blueprint import Blueprints
from grove_tui.reconcile.recorder import EventRecorder
from grove_tui.reconcile.world import World


@dataclass(frozen=True, slots=True)
class Context:
    """The cluster as seen, the means to change it, and the time."""

    world: World
    client: Client
    executor: Executor
    recorder: EventRecorder
    clock: Clock
    blueprints: Blueprints


_CODES = {
    ("create", "pods"): "ERR_CREATE_POD",
    ("delete", "pods"): "ERR_DELETE_POD",
    ("patch", "pods"): "ERR_REMOVE_POD_SCHEDULING_GATE",
    ("create", "podcliques"): "ERR_CREATE_OR_UPDATE_PODCLIQUE",
    ("patch", "podcliques"): "ERR_CREATE_OR_UPDATE_PODCLIQUE",
    ("delete", "podcliques"): "ERR_DELETE_PODCLIQUE",
    ("create", "podgangs"): "ERR_CREATE_OR_PATCH_PODGANG",
    ("patch", "podgangs"): "ERR_CREATE_OR_PATCH_PODGANG",
}


def error_code(verb: str, resource: Resource[Any]) -> str:
    """Return the code of an error in `lastErrors`."""
    known = _CODES.get((verb, resource.plural))
    return known or f"ERR_{verb.upper()}_{resource.kind.upper()}"


def errors_of(outcomes: Iterable[Outcome]) -> list[tuple[str, str]]:
    """Return the (code, description) pairs that failed actions put into `lastErrors`."""
    return [
        (error_code(outcome.action.verb, outcome.action.resource), describe(outcome))
        for outcome in outcomes
        if outcome.error is not None
    ]
