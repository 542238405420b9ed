"""Settings that every test needs."""

import asyncio

import pytest

# Assertions of checks that several suites share tell what they compared.
pytest.register_assert_rewrite("tests.contract")


def pytest_configure() -> None:
    """Say that there is no event loop yet.

    Otherwise the first question for the current one makes a loop that nobody closes, and its
    warning fails whichever test is running when it is collected.
    """
    asyncio.set_event_loop(None)
