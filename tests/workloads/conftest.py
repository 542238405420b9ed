"""Assertions of the shared checks tell what they compared."""

import pytest

pytest.register_assert_rewrite("tests.contract")
