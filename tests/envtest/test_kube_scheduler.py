"""Workloads that Kubernetes' own scheduler places, as on a cluster without a gang scheduler.

It binds pod by pod. What has to hold all the same: gates keep a pod from it until its PodGang names
it, and every pod gets where it belongs.
"""

from collections.abc import Iterator

import pytest

from grove_tui.demo.simulation import Parts
from tests.contract.guide import GUIDE
from tests.envtest.control_plane import ControlPlane, scheduling


@pytest.fixture(scope="module", autouse=True)
def scheduler(control_plane: ControlPlane) -> Iterator[None]:
    with scheduling(control_plane):
        yield


@pytest.fixture
def parts() -> Parts:
    return Parts(scheduler=False, node_lifecycle=False, garbage_collector=False)


@pytest.mark.parametrize("shape", GUIDE, ids=lambda shape: shape.__name__)
async def test_workload_with_the_scheduler_of_kubernetes(shape, stand):
    await shape(stand)
