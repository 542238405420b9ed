"""The user guide's workloads come out right on the demo cluster, in virtual time."""

import pytest

from tests.contract.changes import CHANGES
from tests.contract.features import FEATURES
from tests.contract.guide import GUIDE
from tests.contract.stand import demo_stand


@pytest.mark.looptime
@pytest.mark.parametrize("shape", [*GUIDE, *CHANGES, *FEATURES], ids=lambda shape: shape.__name__)
async def test_workload_on_the_demo_cluster(shape):
    async with demo_stand(nodes=4) as stand:
        await shape(stand)
