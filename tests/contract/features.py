"""Workloads that use more of the API: autoscaling, start-up order, updates, large gangs."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from grove_tui.api.objects import PODCLIQUESETS
from grove_tui.demo.stages import annotations
from grove_tui.kube.resources import NODES
from tests.contract.guide import assert_ready, gangs, numbers, pods_by_clique, uids
from tests.contract.manifests import (
    clique,
    environment_demo,
    podcliqueset,
    quick_start,
    standalone_environment_demo,
)
from tests.contract.pods import is_gated
from tests.contract.snapshot import Json, Snapshot, condition, condition_status
from tests.contract.stand import Stand


async def quick_start_scales(stand: Stand) -> None:
    """The quick start: cliques and a scaling group with autoscalers, scaled at both levels."""
    if not stand.features.hpas:
        pytest.skip("the API server has no autoscaling/v2")
    await stand.apply(quick_start())
    world = await stand.right()
    assert_ready(world)
    assert len(world.pods) == 9
    assert set(world.hpas) == {"simple1-0-pca", "simple1-0-sga"}
    spec = world.hpas["simple1-0-pca"]["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (3, 5)
    assert list(gangs(world)) == ["simple1-0"]
    await stand.stays_quiet()

    await stand.scale("pcsg", "simple1-0-sga", 2)
    world = await stand.right()
    assert len(world.pods) == 13
    assert set(gangs(world)) == {"simple1-0", "simple1-0-sga-0"}

    await stand.scale("pcs", "simple1", 2)
    world = await stand.right()
    assert len(world.pods) == 22
    assert set(world.hpas) == {f"simple1-{i}-{name}" for i in range(2) for name in ("pca", "sga")}
    await stand.stays_quiet()

    await stand.scale("pcs", "simple1", 1)
    assert set((await stand.right()).hpas) == {"simple1-0-pca", "simple1-0-sga"}


async def environment_of_super_pods(stand: Stand) -> None:
    """Every container knows its set, its clique, its group and how many pods an instance has."""
    await stand.apply(environment_demo())
    world = await stand.right()
    assert len(world.pods) == 8
    for name in pods_by_clique(world):
        for pod in world.pods_of(name):
            given = {v["name"]: v for v in pod["spec"]["containers"][0]["env"]}
            assert given["GROVE_PCSG_TEMPLATE_NUM_PODS"]["value"] == "4"
            assert given["GROVE_PCLQ_NAME"]["value"] == name
            address = f"env-demo-pcsg-0.{stand.namespace}.svc.cluster.local"
            assert given["GROVE_HEADLESS_SERVICE"]["value"] == address


async def environment_of_single_pods(stand: Stand) -> None:
    """Grove's variables come first and win; those that people wrote are kept behind them."""
    name, clique = "env-demo-standalone", "env-demo-standalone-0-frontend"
    await stand.apply(standalone_environment_demo())
    world = await stand.right()
    assert pods_by_clique(world) == {clique: 2}
    address = f"{name}-0.{stand.namespace}.svc.cluster.local"
    for pod in world.pods_of(clique):
        given = pod["spec"]["containers"][0]["env"]
        assert [(v["name"], v.get("value")) for v in given] == [
            ("GROVE_PCS_NAME", name),
            ("GROVE_PCS_INDEX", "0"),
            ("GROVE_PCLQ_NAME", clique),
            ("GROVE_HEADLESS_SERVICE", address),
            ("GROVE_PCLQ_POD_INDEX", None),
            ("OWN", "kept"),
        ]
    await stand.stays_quiet()


async def startup_in_order(stand: Stand) -> None:
    """A clique's containers start when the clique before it is Ready, not earlier."""
    slow = clique("first", 2)
    slow["annotations"] = {annotations.SLOW_START: "2"}
    await stand.apply(podcliqueset("ordered", slow, clique("then", 1), cliqueStartupType=IN_ORDER))
    await stand.until(lambda w: len(_running(w, "ordered-0-first")) == 2)
    world = await stand.look()
    if any(condition_status(p, "Ready") != "True" for p in world.pods_of("ordered-0-first")):
        assert not _running(world, "ordered-0-then")
    # A slow start looks like rest: nothing changes while it lasts.
    await stand.until(lambda w: _running(w, "ordered-0-then"))
    world = await stand.right()
    assert_ready(world)
    ready = max(_ready_since(pod) for pod in world.pods_of("ordered-0-first"))
    started = min(_started(pod) for pod in world.pods_of("ordered-0-then"))
    assert started >= ready
    await stand.stays_quiet()


IN_ORDER = "CliqueStartupTypeInOrder"


def _running(world: Snapshot, name: str) -> list[Json]:
    return [
        pod
        for pod in world.pods_of(name)
        for status in pod.get("status", {}).get("containerStatuses") or ()
        if "running" in status.get("state", {})
    ]


def _ready_since(pod: Json) -> str:
    found = condition(pod, "Ready")
    assert found is not None
    return str(found["lastTransitionTime"])


def _started(pod: Json) -> str:
    return str(pod["status"]["containerStatuses"][0]["state"]["running"]["startedAt"])


async def rolling_update(stand: Stand) -> None:
    """A new image reaches every pod, and every number says so in the end."""
    await stand.apply(environment_demo())
    before = await stand.right()
    whole = await stand.client.get_json(PODCLIQUESETS, "env-demo-pcsg", stand.namespace)
    for template in whole["spec"]["template"]["cliques"]:
        template["spec"]["podSpec"]["containers"][0]["image"] = "nginx:2"
    await stand.client.replace(PODCLIQUESETS, whole)
    await stand.until(lambda w: "updateProgress" in w.sets["env-demo-pcsg"]["status"])
    await stand.until(
        lambda w: "updateEndedAt" in w.sets["env-demo-pcsg"]["status"]["updateProgress"]
    )
    world = await stand.right()
    assert_ready(world)
    assert not uids(before.pods.values()) & uids(world.pods.values())
    assert {p["spec"]["containers"][0]["image"] for p in world.pods.values()} == {"nginx:2"}
    assert numbers(world.sets["env-demo-pcsg"], "updatedReplicas", "availableReplicas") == (1, 1)
    await stand.stays_quiet()


async def gang_that_does_not_fit(stand: Stand) -> None:
    """A gang whose minimum does not fit starts no pod; with a minimum that fits, all that do."""
    nodes = len(await stand.client.list_all(NODES))
    await stand.apply(podcliqueset("big", clique("huge", nodes + 1, cpu="40")))
    await stand.until(lambda w: len(w.pods) == nodes + 1)
    world = await stand.at_rest()
    assert not any(pod["spec"].get("nodeName") for pod in world.pods.values())
    reasons = {(condition(p, "PodScheduled") or {}).get("reason") for p in world.pods.values()}
    assert reasons == {"Unschedulable"}
    assert await stand.events("FailedScheduling")
    await stand.stays_quiet()
    await stand.delete(PODCLIQUESETS, "big")
    await stand.until(lambda w: not w.pods)

    await stand.apply(podcliqueset("big", clique("huge", nodes + 1, cpu="40", minAvailable=2)))
    await stand.until(lambda w: len(w.pods) == nodes + 1)
    world = await stand.right()
    assert sum(bool(pod["spec"].get("nodeName")) for pod in world.pods.values()) == nodes
    await stand.delete(PODCLIQUESETS, "big")
    await stand.until(lambda w: not w.pods)


async def base_gang_before_scaled_gangs(stand: Stand) -> None:
    """Pods beyond a group's minimum are held back until the base gang has its place."""
    if not stand.features.gates:
        pytest.skip("the API server drops schedulingGates")
    await _cordon_all(stand, closed=True)
    await stand.apply(environment_demo())
    await stand.until(lambda w: len(w.pods) == 8)
    world = await stand.right()
    group = "env-demo-pcsg-0-inst"
    assert all(is_gated(p) for n in ("leader", "worker") for p in world.pods_of(f"{group}-1-{n}"))
    assert not any(
        is_gated(p) for n in ("leader", "worker") for p in world.pods_of(f"{group}-0-{n}")
    )
    await _cordon_all(stand, closed=False)
    await stand.until(lambda w: not any(is_gated(p) for p in w.pods.values()))
    assert_ready(await stand.right())


async def _cordon_all(stand: Stand, *, closed: bool) -> None:
    nodes = await stand.client.list_all(NODES)
    patch = {"spec": {"unschedulable": closed or None}}
    await asyncio.gather(*(stand.client.patch(NODES, n.metadata.name, patch) for n in nodes))


FEATURES: tuple[Callable[[Stand], Awaitable[None]], ...] = (
    quick_start_scales,
    environment_of_super_pods,
    environment_of_single_pods,
    startup_in_order,
    rolling_update,
    gang_that_does_not_fit,
    base_gang_before_scaled_gangs,
)
