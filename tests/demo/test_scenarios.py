"""Scenarios do what their steps say, and mistakes in them are one sentence."""

import asyncio

import pytest

from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.demo.scenarios import Scenario, load, names, play
from grove_tui.demo.scenarios.loading import manifests
from grove_tui.kube.clock import system_clock
from grove_tui.kube.errors import ConfigError
from grove_tui.kube.resources import NODES, PODS
from tests.bodies import pod_body
from tests.cluster import running_cluster

virtual = pytest.mark.looptime

SCENARIOS = ("10k", "breach", "crashloop", "default", "empty", "full", "node-loss", "startup-order")


def test_the_scenarios_that_come_along():
    assert names() == sorted(SCENARIOS)


@virtual
@pytest.mark.parametrize("name", SCENARIOS)
async def test_every_manifest_of_a_scenario_is_accepted(name):
    scenario = load(name)
    sources = [step.apply for step in scenario.steps if step.apply is not None]
    objects = [obj for source in sources for obj in manifests(scenario, source)]

    async with running_cluster(nodes=1) as cluster:
        for obj in objects:
            assert obj["kind"] == "PodCliqueSet"
            await cluster.client.create(PODCLIQUESETS, obj, "default")

    assert scenario.description
    assert bool(objects) == (name != "empty")


def scenario_file(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("steps: [{explode: now}]", "unknown field `explode`"),
        ("steps: [{wait: soon}]", r"steps\[0\]\.wait"),
        ("steps: [{wait: 1, cordon: all}]", "step 1 .* one thing, not wait, cordon"),
        ("steps: [{}]", "step 1 .* one thing, not nothing"),
        ("steps: [", "is not YAML"),
        ("- wait: 1", "is not a list of steps"),
    ],
)
def test_a_mistake_in_a_scenario_is_one_sentence(tmp_path, text, complaint):
    with pytest.raises(ConfigError, match=complaint) as caught:
        load(scenario_file(tmp_path, text))

    assert "\n" not in str(caught.value)


def test_an_unknown_scenario_is_told_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"cannot read scenario brech: .*breach"):
        load("brech")


async def run(cluster, tmp_path, text):
    await play(load(scenario_file(tmp_path, text)), cluster.client, system_clock)


@virtual
async def test_nodes_are_cordoned_killed_and_brought_back(tmp_path):
    async with running_cluster(nodes=3) as cluster:
        await cluster.client.create(PODS, pod_body("a", clique="c"), "default")
        await cluster.until(lambda: cluster.the(PODS, "a").spec.node_name)
        await run(
            cluster,
            tmp_path,
            """
            steps:
            - cordon: [fake-node-001, fake-node-002]
            - uncordon: fake-node-002
            - kill: {nodeOf: grove.io/podclique=c}
            """,
        )

        nodes = {n.metadata.name: n for n in cluster.objects(NODES)}
        assert [n.spec.unschedulable for n in nodes.values()] == [True, False, False]
        dead = {
            name for name, n in nodes.items() if "demo.grove-tui.io/dead" in n.metadata.annotations
        }
        assert dead == {cluster.the(PODS, "a").spec.node_name}

        await run(cluster, tmp_path, "steps: [{revive: all}, {uncordon: all}]")

        after = cluster.objects(NODES)
        assert not any(n.spec.unschedulable for n in after)
        assert not any("demo.grove-tui.io/dead" in n.metadata.annotations for n in after)


@virtual
async def test_pods_are_annotated_and_deleted(tmp_path):
    async with running_cluster(nodes=1) as cluster:
        for i in range(3):
            await cluster.client.create(PODS, pod_body(f"p{i}", clique="c"), "default")
        await run(
            cluster,
            tmp_path,
            """
            steps:
            - annotate: {kind: Pod, selector: grove.io/podclique=c, limit: 2, annotations: {x: "1"}}
            - annotate: {kind: Pod, name: p2, annotations: {y: "2"}}
            - delete: {kind: Node, name: fake-node-001}
            """,
        )

        marks = {p.metadata.name: p.metadata.annotations for p in cluster.objects(PODS)}
        assert marks == {"p0": {"x": "1"}, "p1": {"x": "1"}, "p2": {"y": "2"}}
        assert cluster.objects(NODES) == []


@virtual
async def test_a_manifest_beside_the_scenario_is_applied_once(tmp_path):
    (tmp_path / "pod.yaml").write_text(
        """
apiVersion: v1
kind: Pod
metadata: {name: from-file}
spec: {containers: [{name: c, image: nginx}]}
"""
    )
    async with running_cluster(nodes=1) as cluster:
        await run(cluster, tmp_path, "steps: [{apply: pod.yaml}, {apply: pod.yaml}]")

        assert [p.metadata.name for p in cluster.objects(PODS)] == ["from-file"]


@virtual
async def test_a_step_that_became_impossible_does_not_stop_the_rest(tmp_path):
    async with running_cluster(nodes=1) as cluster:
        await run(
            cluster,
            tmp_path,
            """
            steps:
            - scale: {kind: PodClique, name: gone, replicas: 1}
            - delete: {kind: Unheard, name: of}
            - apply: no-such-file.yaml
            - cordon: fake-node-001
            """,
        )

        assert cluster.objects(NODES)[0].spec.unschedulable


@virtual
async def test_healthy_waits_for_all_replicas():
    async with running_cluster(nodes=1) as cluster:
        obj = manifests(Scenario(), "gang-termination.yaml")[0]
        await cluster.client.create(PODCLIQUESETS, obj, "default")
        scenario = load("breach")
        scenario.steps = [s for s in scenario.steps if s.healthy]
        done = []

        async def wait():
            await play(scenario, cluster.client, system_clock)
            done.append(True)

        task = asyncio.create_task(wait())
        await asyncio.sleep(10)
        early = list(done)
        status = {"status": {"availableReplicas": 2, "replicas": 2, "updatedReplicas": 2}}
        await cluster.client.patch(
            PODCLIQUESETS, "gang-termination", status, "default", subresource="status"
        )
        await asyncio.wait_for(task, 5)

        assert (early, done) == ([], [True])
