"""Settings that every test needs."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

# Assertions of checks that several suites share tell what they compared.
pytest.register_assert_rewrite("tests.contract")


def pytest_configure() -> None:
    """Say that there is no event loop yet.

    Otherwise the first question for the current one makes a loop that nobody closes, and its
    warning fails whichever test is running when it is collected.
    """
    asyncio.set_event_loop(None)


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Undo what a command under test did to logging; other tests read their log lines."""
    root = logging.getLogger()
    handlers, level, raises = list(root.handlers), root.level, logging.raiseExceptions
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = raises
