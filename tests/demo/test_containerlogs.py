"""Simulated logs: what a container greets with, and how the options of kubectl cut them."""

import asyncio

import pytest

from grove_tui.kube.resources import PODS
from grove_tui.kube.transport import Request
from tests.bodies import pod_body
from tests.cluster import running_cluster

pytestmark = pytest.mark.looptime

PATH = "/api/v1/namespaces/default/pods/web/log"
GREETING = ["Model Worker on node:", "web", "level=info"]


async def start_pod(cluster, **fields):
    body = pod_body("web", **fields)
    args = ["-c", "echo 'Model Worker on node:' && hostname && sleep 3600"]
    body["spec"]["containers"][0] |= {"command": ["/bin/sh"], "args": args}
    await cluster.client.create(PODS, body, "default")
    await cluster.until(lambda: cluster.the(PODS, "web").status.phase == "Running")


async def log(cluster, **query):
    text = await cluster.client.request_text(PATH, query)
    return text.splitlines()


async def test_a_log_begins_with_what_the_command_echoes_and_grows():
    async with running_cluster() as cluster:
        await start_pod(cluster)
        at_once = await log(cluster)
        await asyncio.sleep(21)

        later = await log(cluster)

        assert at_once == GREETING[:2]
        assert later[:2] == GREETING[:2]
        assert len(later) == 6
        assert all(line.startswith("level=info msg=served") for line in later[2:])
        assert await log(cluster) == later


async def test_options_cut_the_log():
    async with running_cluster() as cluster:
        await start_pod(cluster)
        await asyncio.sleep(101)
        everything = await log(cluster)

        assert len(everything) == 22
        assert await log(cluster, tailLines="3") == everything[-3:]
        assert await log(cluster, tailLines="0") == []
        assert await log(cluster, sinceSeconds="9") == everything[-2:]
        assert await log(cluster, limitBytes="5") == [everything[0][:5]]
        stamped = await log(cluster, timestamps="true", tailLines="1")
        assert stamped[0].startswith("2026-01-01T00:01:4")


async def test_a_followed_log_goes_on():
    async with running_cluster() as cluster:
        await start_pod(cluster)
        request = Request("GET", PATH, {"follow": "true"})
        lines = []

        async with cluster.client.transport.stream(request) as stream:
            async for line in stream.lines():
                lines.append(line.decode())
                if len(lines) == 4:
                    break

        assert lines[:2] == GREETING[:2]
        assert lines[3].startswith("level=info")


async def test_a_crashed_container_says_why_and_its_previous_run_can_be_read():
    async with running_cluster(speed=1) as cluster:
        await start_pod(cluster, annotations={"demo.grove-tui.io/crash-loop": "3"})
        await cluster.until(
            lambda: cluster.the(PODS, "web").status.container_statuses[0].restart_count == 1
        )

        assert (await log(cluster, previous="true"))[-1] == (
            "level=fatal msg=exiting reason=Error code=3"
        )
