"""The user guide's own commands, with the real kubectl, print what the guide prints.

The cluster runs as its users run it: `grove-tui cluster --reconcile` in a process of its own.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import kubectl_client

pytestmark = [
    pytest.mark.skipif(bool(kubectl_client.missing()), reason=kubectl_client.missing()),
    pytest.mark.timeout(120),
]

AGGREGATED = """
apiVersion: grove.io/v1alpha1
kind: PodCliqueSet
metadata:
  name: single-node-aggregated
  namespace: default
spec:
  replicas: 1
  template:
    cliques:
    - name: model-worker
      spec:
        replicas: 2
        podSpec:
          tolerations:
          - key: fake-node
            operator: Equal
            value: "true"
            effect: NoSchedule
          containers:
          - name: model-worker
            image: nginx:latest
            command: ["/bin/sh"]
            args: ["-c", "echo 'Model Worker (Aggregated) on node:' && hostname && sleep 3600"]
            resources:
              requests:
                cpu: "1"
                memory: "2Gi"
"""

DISAGGREGATED = """
apiVersion: grove.io/v1alpha1
kind: PodCliqueSet
metadata:
  name: single-node-disaggregated
  namespace: default
spec:
  replicas: 1
  template:
    cliques:
    - name: prefill
      spec:
        roleName: prefill
        replicas: 3
        podSpec:
          tolerations:
          - {key: fake-node, operator: Equal, value: "true", effect: NoSchedule}
          containers:
          - name: prefill
            image: nginx:latest
            command: ["/bin/sh"]
            args: ["-c", "echo 'Prefill Worker on node:' && hostname && sleep 3600"]
            resources: {requests: {cpu: "2", memory: "4Gi"}}
    - name: decode
      spec:
        roleName: decode
        replicas: 2
        podSpec:
          tolerations:
          - {key: fake-node, operator: Equal, value: "true", effect: NoSchedule}
          containers:
          - name: decode
            image: nginx:latest
            command: ["/bin/sh"]
            args: ["-c", "echo 'Decode Worker on node:' && hostname && sleep 3600"]
            resources: {requests: {cpu: "1", memory: "2Gi"}}
"""

WIDE = ["NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE", "NOMINATED NODE",
        "READINESS GATES"]  # fmt: skip


class Shell:
    """A shell with the demo cluster's kubeconfig."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig

    def kubectl(self, *arguments: str, given: str = "") -> str:
        done = subprocess.run(
            ["kubectl", f"--kubeconfig={self.kubeconfig}", *arguments],
            input=given,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def pods(self, pcs: str) -> list[list[str]]:
        """The guide's listing, as columns."""
        text = self.kubectl("get", "pods", "-l", f"app.kubernetes.io/part-of={pcs}", "-o", "wide")
        lines = [re.split(r"\s{2,}", line.strip()) for line in text.splitlines()]
        assert not lines or lines[0] == WIDE
        return lines[1:]

    def running(self, pcs: str, count: int) -> list[list[str]]:
        """Wait until exactly `count` pods run."""
        deadline = time.monotonic() + 20
        while True:
            rows = self.pods(pcs)
            if len(rows) == count and all(row[1:3] == ["1/1", "Running"] for row in rows):
                return rows
            assert time.monotonic() < deadline, rows
            time.sleep(0.2)

    def row(self, *arguments: str) -> dict[str, str]:
        """The only row of a listing, by column."""
        head, *rows = self.kubectl("get", *arguments).splitlines()
        (row,) = rows
        spans = [m.start() for m in re.finditer(r"\S+(?: \S+)*", head)]
        found = {}
        for number, start in enumerate(spans):
            end = spans[number + 1] if number + 1 < len(spans) else None
            found[head[start:end].strip()] = row[start:end].strip()
        return found


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    kubeconfig = tmp_path / "kubeconfig"
    command = [sys.executable, "-m", "grove_tui", "cluster", "--reconcile", "--scenario", "empty"]
    process = subprocess.Popen(
        [*command, "--kubeconfig-out", str(kubeconfig)],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"ready: export KUBECONFIG={kubeconfig}\n"
        assert kubeconfig.stat().st_mode & 0o777 == 0o600
        yield Shell(kubeconfig)
    finally:
        process.terminate()
        assert process.wait(10) == 0
        if process.stdout is not None:
            process.stdout.close()


def names(rows: list[list[str]]) -> set[str]:
    return {row[0] for row in rows}


def by_clique(rows: list[list[str]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        clique = row[0].rpartition("-")[0]
        counts[clique] = counts.get(clique, 0) + 1
    return counts


def test_example_1(shell: Shell) -> None:
    assert shell.kubectl("apply", "-f", "-", given=AGGREGATED) == (
        "podcliqueset.grove.io/single-node-aggregated created\n"
    )
    first = shell.running("single-node-aggregated", 2)
    for name, _, _, restarts, _, address, node, nominated, gates in first:
        assert re.fullmatch(r"single-node-aggregated-0-model-worker-[a-z0-9]{5}", name)
        number = int(node.removeprefix("fake-node-"))
        assert 1 <= number <= 20
        assert address == f"10.244.{number}.0"
        assert (restarts, nominated, gates) == ("0", "<none>", "<none>")
    assert len({row[6] for row in first}) == 2

    clique = "single-node-aggregated-0-model-worker"
    assert shell.kubectl("scale", "pclq", clique, "--replicas=4") == (
        f"podclique.grove.io/{clique} scaled\n"
    )
    second = shell.running("single-node-aggregated", 4)
    assert names(first) < names(second)
    columns = shell.row("pclq", clique)
    assert (columns["MINAVAIL"], columns["REPLICAS"], columns["READY"]) == ("2", "4", "4")

    assert shell.kubectl("scale", "pcs", "single-node-aggregated", "--replicas=3") == (
        "podcliqueset.grove.io/single-node-aggregated scaled\n"
    )
    third = shell.running("single-node-aggregated", 8)
    assert names(second) < names(third)
    assert by_clique(third) == {
        "single-node-aggregated-0-model-worker": 4,
        "single-node-aggregated-1-model-worker": 2,
        "single-node-aggregated-2-model-worker": 2,
    }
    shell.kubectl(
        "wait", "pcs/single-node-aggregated", "--for=jsonpath={.status.availableReplicas}=3",
        "--timeout=20s",
    )  # fmt: skip
    columns = shell.row("pcs", "single-node-aggregated")
    assert (columns["REPLICAS"], columns["AVAILABLE"], columns["UPDATED"]) == ("3", "3", "3")

    deleted = shell.kubectl("delete", "pcs", "single-node-aggregated")
    assert deleted.startswith('podcliqueset.grove.io "single-node-aggregated" deleted')
    shell.running("single-node-aggregated", 0)
    assert shell.kubectl("get", "pclq,pcsg,podgangs", "-o", "name") == ""


def test_example_2(shell: Shell) -> None:
    shell.kubectl("apply", "-f", "-", given=DISAGGREGATED)
    first = shell.running("single-node-disaggregated", 5)
    assert by_clique(first) == {
        "single-node-disaggregated-0-decode": 2,
        "single-node-disaggregated-0-prefill": 3,
    }

    shell.kubectl("scale", "pcs", "single-node-disaggregated", "--replicas=2")
    second = shell.running("single-node-disaggregated", 10)
    assert names(first) < names(second)
    assert by_clique(second) == {
        "single-node-disaggregated-0-decode": 2,
        "single-node-disaggregated-0-prefill": 3,
        "single-node-disaggregated-1-decode": 2,
        "single-node-disaggregated-1-prefill": 3,
    }

    shell.kubectl("delete", "pcs", "single-node-disaggregated")
    shell.running("single-node-disaggregated", 0)


def test_gang_below_its_minimum_is_recycled_alone(shell: Shell) -> None:
    manifest = AGGREGATED.replace("  template:\n", "  template:\n    terminationDelay: 10s\n")
    shell.kubectl("apply", "-f", "-", given=manifest.replace("replicas: 1", "replicas: 2"))
    before = shell.running("single-node-aggregated", 4)
    clique = "single-node-aggregated-0-model-worker"

    begun = time.monotonic()
    shell.kubectl("scale", "pclq", clique, "--replicas=1")
    kept = {name for name in names(before) if name.startswith("single-node-aggregated-1-")}
    deadline = begun + 25
    while names(shell.pods("single-node-aggregated")) & (names(before) - kept):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    took = time.monotonic() - begun

    assert 9 <= took <= 16
    after = shell.running("single-node-aggregated", 4)
    assert names(before) & names(after) == kept
    events = shell.kubectl("get", "events", "-o", "custom-columns=:.reason,:.message")
    assert "PodCliqueSet replica 0 deleted" in events
