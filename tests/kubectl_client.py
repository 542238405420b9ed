"""Whether this machine has a kubectl that the tests can use."""

import functools
import json
import shutil
import subprocess

OLDEST = (1, 28)
"""The demo cluster speaks as a current API server; older clients lack flags that the tests use."""


@functools.cache
def missing() -> str:
    """Return why no kubectl can be used; empty when one can."""
    if shutil.which("kubectl") is None:
        return "kubectl is not installed"
    done = subprocess.run(
        ["kubectl", "version", "--client", "-o", "json"], capture_output=True, text=True, timeout=30
    )
    version = json.loads(done.stdout)["clientVersion"]
    found = int(version["major"]), int(version["minor"].rstrip("+"))
    if found < OLDEST:
        return f"kubectl {found[0]}.{found[1]} is older than {OLDEST[0]}.{OLDEST[1]}"
    return ""
