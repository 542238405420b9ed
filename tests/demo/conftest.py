"""What tests of the demo's API share."""

import pytest

from tests.demo.caller import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()
