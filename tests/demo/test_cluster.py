"""The demo cluster comes up with its nodes, serves Grove's kinds, and goes without a trace."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import textwrap

import pytest

from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.demo.cluster import ClusterOptions, DemoCluster, serve
from grove_tui.kube.errors import ConfigError
from grove_tui.kube.resources import CRDS, NODES
from tests.cluster import running_cluster


@pytest.mark.looptime
async def test_nodes_look_like_the_guides_fake_nodes():
    async with running_cluster(nodes=20) as cluster:
        nodes = cluster.objects(NODES)

        assert [n.metadata.name for n in nodes][:2] == ["fake-node-001", "fake-node-002"]
        assert len(nodes) == 20
        node = nodes[19]
        assert node.spec.pod_cidr == "10.244.20.0/24"
        assert [(t.key, t.value, t.effect) for t in node.spec.taints] == [
            ("fake-node", "true", "NoSchedule")
        ]
        assert {name: node.status.allocatable[name] for name in ("cpu", "memory", "pods")} == {
            "cpu": "64",
            "memory": "512Gi",
            "pods": "110",
        }
        assert {c.type: c.status for c in node.status.conditions}["Ready"] == "True"
        assert node.metadata.labels["type"] == "kwok"
        racks = {n.metadata.labels["topology.kubernetes.io/rack"] for n in nodes}
        assert len(racks) == 4


@pytest.mark.looptime
async def test_grove_kinds_are_served_because_their_definitions_are_there():
    async with running_cluster(nodes=1) as cluster:
        assert await cluster.client.list_all(PODCLIQUESETS) == []
        assert len(cluster.objects(CRDS)) == 4


@pytest.mark.looptime
async def test_a_data_directory_keeps_objects_across_restarts(tmp_path):
    async with running_cluster(nodes=2, data_dir=tmp_path) as cluster:
        await cluster.client.patch(NODES, "fake-node-001", {"spec": {"unschedulable": True}})

    async with running_cluster(nodes=3, data_dir=tmp_path) as cluster:
        cordoned = {n.metadata.name: n.spec.unschedulable for n in cluster.objects(NODES)}

    assert cordoned == {"fake-node-001": True, "fake-node-002": False, "fake-node-003": False}


async def test_kubeconfig_is_private_and_gone_afterwards(tmp_path):
    async with DemoCluster(ClusterOptions(nodes=1)) as cluster:
        path = cluster.kubeconfig_path
        assert path is not None
        mode = stat.S_IMODE(path.stat().st_mode)

    assert mode == 0o600
    assert not path.exists()


async def test_a_failing_reconciler_is_reported_by_wait():
    async def reconciler(_client):
        raise RuntimeError("broken")

    options = ClusterOptions(nodes=1, port=None, reconciler=reconciler)
    async with DemoCluster(options) as cluster:
        with pytest.raises(RuntimeError, match="broken"):
            await cluster.wait()


async def test_an_unknown_scenario_is_refused_before_anything_starts():
    with pytest.raises(ConfigError, match=r"nowhere.*breach.*default"):
        async with DemoCluster(ClusterOptions(port=None, scenario="nowhere")):
            pass


async def test_serve_ends_on_a_signal_and_stops_listening():
    seen = []

    def ready(path):
        seen.append(path)
        os.kill(os.getpid(), signal.SIGTERM)

    await asyncio.wait_for(serve(ClusterOptions(nodes=1), ready=ready), 10)

    assert len(seen) == 1
    assert not os.access(seen[0], os.F_OK)


def test_serve_ends_when_its_parent_closes_the_pipe():
    program = textwrap.dedent("""
        import asyncio
        from grove_tui.demo.cluster import ClusterOptions, serve
        options = ClusterOptions(nodes=1, until_stdin_closes=True)
        asyncio.run(serve(options, ready=lambda path: print("ready:", path, flush=True)))
    """)
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline().startswith("ready: ")

        process.stdin.close()

        assert process.wait(10) == 0
