"""Starting the child; imports next to nothing, so that it can be the first thing that is done."""

import subprocess
import sys
from contextlib import suppress

STOP_SECONDS = 1.0


def launch() -> subprocess.Popen[bytes] | None:
    """Start a child, which prepares itself until it is given an order; None if it cannot start."""
    try:
        return subprocess.Popen(
            [sys.executable, "-m", __package__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # A ctrl+c in our terminal is not for it: it ends with its pipes.
            start_new_session=True,
        )
    except OSError:
        return None


def dismiss(child: subprocess.Popen[bytes]) -> None:
    """Let the child end, if it has not yet; may be called twice."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    # Before it has connected that is its end; afterwards, it first removes its files.
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
