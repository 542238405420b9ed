"""Annotations that change the fate of simulated pods and nodes.

They can stand in a clique's template, where every pod gets them, or be put on one pod or node at
any time (`kubectl annotate pod … demo.grove-tui.io/crash-loop=1`). Taking one away ends the
trouble.
"""

PREFIX = "demo.grove-tui.io/"

CRASH_LOOP = PREFIX + "crash-loop"
"""Pod: the first container keeps ending with this exit code, restarted ever more slowly."""
OOM_KILLED = PREFIX + "oom-killed"
"""Pod: like crash-loop with exit code 137 and reason OOMKilled; any value."""
CRASH_AFTER = PREFIX + "crash-after"
"""Pod: seconds that a container runs before it ends; 2 without it."""
IMAGE_PULL_ERROR = PREFIX + "image-pull-error"
"""Pod: its images cannot be pulled; any value. Images with the tag `missing` fare the same."""
NOT_READY = PREFIX + "not-ready"
"""Pod: its readiness probe fails; any value."""
SLOW_START = PREFIX + "slow-start"
"""Pod: seconds from running to ready."""
STUBBORN = PREFIX + "stubborn"
"""Pod: it ignores the request to stop and uses up its whole grace period; any value."""
DEAD = PREFIX + "dead"
"""Node: its kubelet has stopped; any value. Its pods are frozen as they are."""
