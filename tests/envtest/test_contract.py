"""The workloads that pass on the demo cluster pass on a real API server: the demo does not lie."""

import pytest

from tests.contract.changes import CHANGES
from tests.contract.features import FEATURES
from tests.contract.guide import GUIDE


@pytest.mark.parametrize("shape", [*GUIDE, *CHANGES, *FEATURES], ids=lambda shape: shape.__name__)
async def test_workload_on_a_real_api_server(shape, stand):
    await shape(stand)
