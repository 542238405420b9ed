"""Draining a node: cordon it, evict its pods, and see them go.

As with `kubectl drain`, pods of DaemonSets and pods that the kubelet itself runs stay: they would
be back at once. An eviction that a disruption budget refuses (429) is asked for again until it is
granted or somebody stops the drain; a stopped drain leaves the node cordoned.
"""

import asyncio
from collections.abc import Callable, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.actions import writes
from grove_tui.actions.outcome import Outcome, clause
from grove_tui.actions.target import Target
from grove_tui.kube.client import Client
from grove_tui.kube.errors import (
    Conflict,
    KubeError,
    NotFound,
    ServerError,
    TooManyRequests,
    Unreachable,
)
from grove_tui.kube.objects import Pod, controller_of
from grove_tui.kube.resources import NODES, PODS
from grove_tui.reconcile.world import INDEX_NODE, World

ANNOTATION_MIRROR = "kubernetes.io/config.mirror"
LOOK_SECONDS = 0.2
LEAST_PAUSE = 1.0
"""Seconds before a refused eviction is asked for again, where the server names none."""


class Stage(StrEnum):
    """How far a pod has come."""

    WAITING = "waiting"
    REFUSED = "refused for now"
    EVICTED = "shutting down"
    GONE = "gone"
    FAILED = "failed"


class Eviction(Struct, frozen=True):
    """One pod that is to leave.

    Attributes:
        pod: The pod.
        stage: How far it has come.
        said: What the server said last, if it refused.
    """

    pod: Target
    stage: Stage = Stage.WAITING
    said: str = ""


class Plan(Struct, frozen=True):
    """What draining a node would do.

    Attributes:
        node: The node.
        leaving: The pods that are evicted.
        staying: Names of pods that stay, because they belong to the node.
        orphans: Names of leaving pods that nobody makes anew elsewhere.
    """

    node: Target
    leaving: tuple[Target, ...]
    staying: tuple[str, ...]
    orphans: tuple[str, ...]


def plan(world: World, name: str) -> Plan | None:
    """Return what draining that node would do; None where there is no such node."""
    node = world.nodes.get("", name)
    if node is None:
        return None
    pods = sorted(world.pods.by_index(INDEX_NODE, name), key=_name)
    leaving = [pod for pod in pods if not belongs_to_node(pod)]
    return Plan(
        Target.of(NODES, node),
        tuple(Target.of(PODS, pod) for pod in leaving),
        tuple(pod.metadata.name for pod in pods if belongs_to_node(pod)),
        tuple(pod.metadata.name for pod in leaving if controller_of(pod) is None),
    )


def namespaces_left(world: World, name: str) -> list[str]:
    """Return the namespaces from which draining that node would evict pods."""
    pods = world.pods.by_index(INDEX_NODE, name)
    return sorted({pod.metadata.namespace for pod in pods if not belongs_to_node(pod)})


def belongs_to_node(pod: Pod) -> bool:
    """Tell whether a pod would be back on its node at once."""
    controller = controller_of(pod)
    is_daemon = controller is not None and controller.kind == "DaemonSet"
    return is_daemon or ANNOTATION_MIRROR in pod.metadata.annotations


class Drain:
    """One drain; `evictions` says how far it is.

    Attributes:
        evictions: Each pod that is to leave, in the order of their names.
    """

    def __init__(
        self, client: Client, world: World, planned: Plan, changed: Callable[[], None]
    ) -> None:
        """Prepare it; `changed` is called whenever there is something new to show."""
        self.evictions = [Eviction(pod) for pod in planned.leaving]
        self._client = client
        self._world = world
        self._node = planned.node
        self._changed = changed

    @property
    def gone(self) -> int:
        """How many pods have left."""
        return sum(eviction.stage is Stage.GONE for eviction in self.evictions)

    async def run(self) -> Outcome:
        """Cordon, evict and wait; cancelling stops it and leaves the node cordoned."""
        cordoned = await writes.cordon(self._client, self._node, unschedulable=True)
        if not cordoned.ok:
            return cordoned
        async with asyncio.TaskGroup() as group:
            for index in range(len(self.evictions)):
                group.create_task(self._evict(index))
        return self._outcome()

    async def _evict(self, index: int) -> None:
        while True:
            pause = await self._ask(index)
            if self.evictions[index].stage is not Stage.REFUSED:
                break
            await asyncio.sleep(pause)
        while self.evictions[index].stage is Stage.EVICTED:
            if not self._is_there(self.evictions[index].pod):
                self._move(index, Stage.GONE)
            else:
                await asyncio.sleep(LOOK_SECONDS)

    async def _ask(self, index: int) -> float:
        """Ask for an eviction once; returns how long to wait before asking again."""
        pod = self.evictions[index].pod
        try:
            await writes.request_eviction(self._client, pod)
        except NotFound:
            self._move(index, Stage.GONE)
        except Conflict as error:
            # A pod of that name that is not ours any more, or one that changed this very moment.
            is_ours = self._is_there(pod)
            self._move(index, Stage.REFUSED if is_ours else Stage.GONE, clause(error))
        except TooManyRequests as error:
            self._move(index, Stage.REFUSED, clause_of(error))
            return max(LEAST_PAUSE, error.retry_after)
        except (ServerError, Unreachable) as error:
            self._move(index, Stage.REFUSED, clause(error))
        except KubeError as error:
            self._move(index, Stage.FAILED, clause(error))
        else:
            self._move(index, Stage.EVICTED)
        return LEAST_PAUSE

    def _move(self, index: int, stage: Stage, said: str = "") -> None:
        self.evictions[index] = replace(self.evictions[index], stage=stage, said=said)
        self._changed()

    def _is_there(self, target: Target) -> bool:
        pod = self._world.pods.get(target.namespace, target.name)
        return pod is not None and pod.metadata.uid == target.uid

    def _outcome(self) -> Outcome:
        failed = [eviction for eviction in self.evictions if eviction.stage is Stage.FAILED]
        if failed:
            first = failed[0]
            return Outcome(
                False,
                f"{self._node} is cordoned, but {_pods(len(failed))} could not be evicted: "
                f"{first.pod.name}: {first.said}.",
            )
        return Outcome(True, f"{self._node} is drained: {_pods(self.gone)} evicted.")


def clause_of(error: TooManyRequests) -> str:
    """Return why an eviction is refused for now, as the end of a sentence."""
    return " ".join(error.message.split()).rstrip(".") or clause(error)


def summary(evictions: Sequence[Eviction]) -> str:
    """Return how far a drain is, in one sentence."""
    counts = {stage: sum(e.stage is stage for e in evictions) for stage in Stage}
    parts = [f"{counts[Stage.GONE]} of {_pods(len(evictions))} gone"]
    parts += [
        f"{counts[stage]} {stage}"
        for stage in (Stage.EVICTED, Stage.REFUSED, Stage.FAILED)
        if counts[stage]
    ]
    return ", ".join(parts)


def _pods(count: int) -> str:
    return f"{count} pod{'' if count == 1 else 's'}"


def _name(pod: Pod) -> tuple[str, str]:
    return pod.metadata.namespace, pod.metadata.name
