"""What a stage is: which pods it takes, after how long, and what becomes of them.

The first stage of `STAGES` that applies to a pod is the one it is in. A stage is a function of the
pod alone (its spec, annotations and status), so a kubelet that restarts goes on where it was.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from grove_tui.demo.objects import Pod
from grove_tui.demo.recorder import News
from grove_tui.kube.objects import JSON


@dataclass(frozen=True, slots=True)
class Delay:
    """How long a stage takes.

    Attributes:
        seconds: At speed 1.
        jitter: Fraction by which it varies to either side.
        floor: Seconds that it takes at any speed, so that a loop of failures stays a slow one.
    """

    seconds: float = 0.0
    jitter: float = 0.0
    floor: float = 0.0

    def drawn(self, speed: float, rng: random.Random) -> float:
        """Return the seconds that one pod takes; speed may be infinite."""
        varied = (
            self.seconds * (1 + self.jitter * rng.uniform(-1, 1)) if self.jitter else self.seconds
        )
        return max(self.floor, varied / speed)


NO_DELAY = Delay()


@dataclass(frozen=True, slots=True)
class Moment:
    """What a stage may know besides the pod.

    Attributes:
        now: Wall-clock time.
        host_ip: Address of the pod's node.
        pod_ip: Returns the pod's address, the same for as long as the pod lives.
        ready_pods: Returns how many pods of a clique are Ready in the pod's namespace and gang.
    """

    now: datetime
    host_ip: str
    pod_ip: Callable[[Pod], str]
    ready_pods: Callable[[Pod, str], int]


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a pod at the end of a stage: a new status, or its removal."""

    status: JSON | None = None
    events: tuple[News, ...] = ()

    @property
    def removes(self) -> bool:
        """Whether the pod is gone afterwards."""
        return self.status is None


@dataclass(frozen=True, slots=True)
class Stage:
    """One step in the life of a pod."""

    name: str
    applies: Callable[[Pod, Moment], bool]
    next: Callable[[Pod, Moment], Step]
    delay: Callable[[Pod], Delay] = lambda _: NO_DELAY


def stage_of(stages: Sequence[Stage], pod: Pod, moment: Moment) -> Stage | None:
    """Return the stage that `pod` is in; None when nothing will happen to it by itself."""
    for stage in stages:
        if stage.applies(pod, moment):
            return stage
    return None
