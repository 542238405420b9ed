"""What all Grove controllers share."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock
from grove_tui.kube.objects import NamespacedName
from grove_tui.kube.resources import Resource
from grove_tui.reconcile.acceptance import AcceptedBlueprints
from grove_tui.reconcile.actions import Outcome, describe
from grove_tui.reconcile.executor import Executor
from grove_tui.reconcile.recorder import EventRecorder
from grove_tui.reconcile.startup import StartupWatch
from grove_tui.reconcile.world import World


class Problems:
    """Errors about a PodCliqueSet that its own controller does not meet itself.

    Attributes:
        unreadable: Returns (code, description) of kinds that cannot be read at all.
        on_change: Called with a set's key when what is known of it has changed.
    """

    def __init__(self) -> None:
        self._known: dict[NamespacedName, dict[str, tuple[str, str]]] = {}
        self.unreadable: Callable[[], list[tuple[str, str]]] = list
        self.on_change: Callable[[NamespacedName], None] = lambda _: None

    def note(self, pcs: NamespacedName, about: str, problem: tuple[str, str] | None) -> None:
        """Remember what is wrong with a part of a set, or that nothing is any more."""
        known = self._known.setdefault(pcs, {})
        if known.get(about) == problem:
            if not known:
                del self._known[pcs]
            return
        if problem is not None:
            known[about] = problem
        else:
            del known[about]
            if not known:
                del self._known[pcs]
        self.on_change(pcs)

    def of(self, pcs: NamespacedName) -> list[tuple[str, str]]:
        """Return (code, description) of everything that is wrong."""
        return [*self._known.get(pcs, {}).values(), *self.unreadable()]

    def is_unreadable(self, resource: Resource[Any]) -> bool:
        """Tell whether the server does not let us see the objects of a kind."""
        return any(code == error_code("list", resource) for code, _ in self.unreadable())

    def forget(self, pcs: NamespacedName) -> None:
        """Drop what is known of a set that is gone."""
        self._known.pop(pcs, None)


class Context(Struct, frozen=True):
    """The cluster as seen, the means to change it, and the time."""

    world: World
    client: Client
    executor: Executor
    recorder: EventRecorder
    clock: Clock
    blueprints: AcceptedBlueprints
    problems: Problems
    startup: StartupWatch


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
