"""Pods as the simulated scheduler and kubelet read them.

They need parts of a pod that the rest of grove-tui does not (affinity, commands), and hand back its
status as they got it with some fields changed, so the status stays a JSON object here.
"""

from grove_tui.kube.objects import (
    JSON,
    Affinity,
    Base,
    Container as KubeContainer,
    ObjectMeta,
    Toleration,
)
from grove_tui.kube.resources import Resource

DEFAULT_SCHEDULER = "default-scheduler"


class SchedulingGate(Base, frozen=True):
    name: str = ""


class Container(KubeContainer, frozen=True):
    command: tuple[str, ...] = ()


class PodSpec(Base, frozen=True):
    node_name: str = ""
    scheduler_name: str = ""
    restart_policy: str = "Always"
    termination_grace_period_seconds: int | None = None
    node_selector: dict[str, str] = {}
    affinity: Affinity | None = None
    tolerations: tuple[Toleration, ...] = ()
    scheduling_gates: tuple[SchedulingGate, ...] = ()
    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    overhead: dict[str, str | int | float] = {}


class Pod(Base, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()
    status: JSON = {}

    @property
    def phase(self) -> str:
        """The phase; empty for a pod without status."""
        return str(self.status.get("phase", ""))

    @property
    def is_finished(self) -> bool:
        """Whether its containers have ended for good."""
        return self.phase in ("Succeeded", "Failed")

    @property
    def is_terminating(self) -> bool:
        """Whether somebody asked for its deletion."""
        return self.metadata.deletion_timestamp is not None

    @property
    def is_ready(self) -> bool:
        """Whether its Ready condition is True."""
        return condition_status(self.status, "Ready") == "True"


def condition_status(status: JSON, type_: str) -> str:
    """Return the status of a condition in a pod's or node's status; empty when there is none."""
    for condition in status.get("conditions") or ():
        if condition.get("type") == type_:
            return str(condition.get("status", ""))
    return ""


PODS = Resource("", "v1", "pods", "Pod", Pod, short_names=("po",))
