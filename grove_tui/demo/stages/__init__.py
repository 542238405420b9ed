"""The stages of a simulated pod's life, as data.

Adding a way to fail is adding a stage here; the kubelet only plays them. A pod without trouble
passes create, run and ready; one that starts after other cliques waits in `init-end`.
"""

from grove_tui.demo.stages import failures, lifecycle
from grove_tui.demo.stages.stage import Delay, Moment, Stage, Step, stage_of

STAGES: tuple[Stage, ...] = (
    lifecycle.DELETE,
    lifecycle.CREATE,
    lifecycle.INIT_START,
    lifecycle.INIT_END,
    failures.PULL_ERROR,
    failures.PULL_BACKOFF,
    failures.PULL_AGAIN,
    lifecycle.RUN,
    failures.EXIT,
    failures.RESTART,
    failures.UNREADY,
    lifecycle.READY,
    lifecycle.RECOVER,
)

__all__ = ["STAGES", "Delay", "Moment", "Stage", "Step", "stage_of"]
