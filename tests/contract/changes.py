"""What users do to a workload that runs, step by step, on the demo cluster and on a real server."""

from collections.abc import Awaitable, Callable

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.resources import PODS
from tests.contract.guide import assert_ready, hostnames, pods_by_clique, uids
from tests.contract.stand import Stand, example


async def to_zero_and_back(stand: Stand) -> None:
    """Every level is scaled to nothing and back."""
    name = "multinode-aggregated"
    group = f"{name}-0-model-instance"
    await stand.apply(example(name))
    await stand.right()

    await stand.scale("pcs", name, 0)
    world = await stand.right()
    assert not world.pods
    assert not world.cliques
    assert not world.services
    await stand.stays_quiet()

    await stand.scale("pcs", name, 1)
    assert len((await stand.right()).pods) == 8

    await stand.scale("pcsg", group, 0)
    world = await stand.until(lambda w: None if w.cliques else w)
    assert set(world.groups) == {group}
    await stand.scale("pcsg", group, 2)
    assert len((await stand.right()).pods) == 8

    clique = f"{group}-1-worker"
    await stand.scale("pclq", clique, 0)
    await stand.until(lambda w: not w.pods_of(clique))
    await stand.scale("pclq", clique, 3)
    world = await stand.right()
    assert hostnames(world, clique) == [f"{clique}-{index}" for index in range(3)]
    assert_ready(world)
    await stand.stays_quiet()


async def gang_termination(stand: Stand) -> None:
    """A clique below its minimum takes its whole replica with it, and no other one."""
    name = "single-node-disaggregated"
    await stand.apply(example(name))
    await stand.patch(
        PODCLIQUESETS, name, {"spec": {"replicas": 2, "template": {"terminationDelay": "3s"}}}
    )
    world = await stand.right()
    cliques = {n: c["metadata"]["uid"] for n, c in world.cliques.items()}
    pods = {clique: uids(world.pods_of(clique)) for clique in cliques}

    await stand.scale("pclq", f"{name}-0-decode", 1)
    recycled = (f"{name}-0-decode", f"{name}-0-prefill")
    await stand.until(
        lambda w: all(
            n in w.cliques and w.cliques[n]["metadata"]["uid"] != cliques[n] for n in recycled
        )
    )
    world = await stand.right()
    assert_ready(world)
    for clique in cliques:
        survived = pods[clique] & uids(world.pods_of(clique))
        assert survived == (set() if clique in recycled else pods[clique])
    assert pods_by_clique(world) == {clique: len(found) for clique, found in pods.items()}
    events = await stand.events("PodCliqueSetReplicaDeleteSuccessful")
    assert [e["message"] for e in events] == ["PodCliqueSet replica 0 deleted"]
    await stand.stays_quiet()


async def lost_objects_come_back(stand: Stand) -> None:
    """Whatever is deleted by hand is made again; what nobody deleted stays."""
    name = "multinode-aggregated"
    group = f"{name}-0-model-instance"
    await stand.apply(example(name))
    world = await stand.right()
    pod = next(iter(world.pods_of(f"{group}-0-worker")))
    kept = uids(world.pods.values()) - {pod["metadata"]["uid"]}

    await stand.delete(PODS, pod["metadata"]["name"])
    world = await stand.right()
    assert kept < uids(world.pods.values())
    assert hostnames(world, f"{group}-0-worker") == [f"{group}-0-worker-{i}" for i in range(3)]

    await stand.delete(PODCLIQUES, f"{group}-1-leader")
    world = await stand.right()
    assert_ready(world)
    await stand.stays_quiet()


CHANGES: tuple[Callable[[Stand], Awaitable[None]], ...] = (
    to_zero_and_back,
    gang_termination,
    lost_objects_come_back,
)
