"""The user guide's workloads, step by step and object by object.

Each function takes a `Stand` and is run on the demo cluster and on a real API server alike. The
names and numbers are the guide's; labels, owners, gangs, environment and statuses are the oracle's.
"""

from collections.abc import Awaitable, Callable, Iterable

from grove_tui.api.objects import PODCLIQUESETS
from tests.contract import manifests
from tests.contract.identities import MANAGED
from tests.contract.snapshot import Json, Snapshot, condition_status, controller, labels_of
from tests.contract.stand import Stand, example

SET_NUMBERS = ("replicas", "availableReplicas", "updatedReplicas")


def pods_by_clique(snapshot: Snapshot) -> dict[str, int]:
    """Count pods by the PodClique that controls them."""
    counts: dict[str, int] = {}
    for pod in snapshot.pods.values():
        owner = controller(pod)
        name = owner["name"] if owner else ""
        counts[name] = counts.get(name, 0) + 1
    return counts


def gangs(snapshot: Snapshot) -> dict[str, dict[str, tuple[int, int]]]:
    """Return each gang's groups as (pods listed, minReplicas)."""
    return {
        name: {
            group["name"]: (len(group.get("podReferences") or ()), group["minReplicas"])
            for group in gang["spec"]["podgroups"]
        }
        for name, gang in snapshot.gangs.items()
    }


def hostnames(snapshot: Snapshot, clique: str) -> list[str]:
    return sorted(pod["spec"]["hostname"] for pod in snapshot.pods_of(clique))


def uids(objects: Iterable[Json]) -> set[str]:
    return {obj["metadata"]["uid"] for obj in objects}


def assert_ready(snapshot: Snapshot) -> None:
    """Assert that every pod runs on a node and is Ready."""
    for name, pod in snapshot.pods.items():
        assert pod["spec"].get("nodeName"), name
        assert condition_status(pod, "Ready") == "True", name


def numbers(obj: Json, *fields: str) -> tuple[int, ...]:
    return tuple(obj.get("status", {}).get(field, 0) for field in fields)


async def single_node_aggregated(stand: Stand) -> None:
    """Example 1: one clique of two; its clique grows to four, its set to three copies."""
    name, clique = "single-node-aggregated", "single-node-aggregated-0-model-worker"
    await stand.apply(example(name))
    world = await stand.right()
    assert_ready(world)
    assert set(world.cliques) == {clique}
    assert pods_by_clique(world) == {clique: 2}
    assert gangs(world) == {f"{name}-0": {clique: (2, 2)}}
    assert set(world.services) == {f"{name}-0"}
    assert hostnames(world, clique) == [f"{clique}-0", f"{clique}-1"]
    assert not world.groups
    assert not world.hpas
    assert numbers(world.sets[name], *SET_NUMBERS) == (1, 1, 1)
    await stand.stays_quiet()
    await _more_pods(stand, name, clique)
    await _more_copies(stand, name)
    await delete_set(stand, name)


async def _more_pods(stand: Stand, name: str, clique: str) -> None:
    first = uids((await stand.look()).pods.values())
    await stand.scale("pclq", clique, 4)
    world = await stand.right()
    assert first < uids(world.pods.values())
    assert hostnames(world, clique) == [f"{clique}-{index}" for index in range(4)]
    assert gangs(world) == {f"{name}-0": {clique: (4, 2)}}
    assert world.cliques[clique]["spec"]["minAvailable"] == 2
    await stand.stays_quiet()


async def _more_copies(stand: Stand, name: str) -> None:
    before = uids((await stand.look()).pods.values())
    await stand.scale("pcs", name, 3)
    world = await stand.right()
    assert before < uids(world.pods.values())
    assert pods_by_clique(world) == {f"{name}-{i}-model-worker": n for i, n in enumerate((4, 2, 2))}
    assert set(world.gangs) == set(world.services) == {f"{name}-{i}" for i in range(3)}
    assert numbers(world.sets[name], *SET_NUMBERS) == (3, 3, 3)
    await stand.stays_quiet()

    await stand.scale("pcs", name, 1)
    world = await stand.right()
    assert uids(world.pods.values()) == before
    assert set(world.services) == {f"{name}-0"}


async def single_node_disaggregated(stand: Stand) -> None:
    """Example 2: two cliques in one gang, and a second copy of both."""
    name = "single-node-disaggregated"
    await stand.apply(example(name))
    world = await stand.right()
    assert_ready(world)
    assert gangs(world) == {f"{name}-0": {f"{name}-0-prefill": (3, 3), f"{name}-0-decode": (2, 2)}}
    first = uids(world.pods.values())
    await stand.stays_quiet()

    await stand.scale("pcs", name, 2)
    world = await stand.right()
    assert first < uids(world.pods.values())
    assert len(world.pods) == 10
    assert set(world.gangs) == {f"{name}-0", f"{name}-1"}
    assert_ready(world)
    await stand.stays_quiet()
    await delete_set(stand, name)


async def multinode_aggregated(stand: Stand) -> None:
    """Example 3: a scaling group of two super-pods, the second one in a gang of its own."""
    name = "multinode-aggregated"
    group = f"{name}-0-model-instance"
    await stand.apply(example(name))
    world = await stand.right()
    assert_ready(world)
    assert set(world.groups) == {group}
    sizes = {f"{group}-{j}-{c}": n for j in range(2) for c, n in (("leader", 1), ("worker", 3))}
    assert pods_by_clique(world) == sizes
    assert gangs(world) == {
        f"{name}-0": {f"{group}-0-leader": (1, 1), f"{group}-0-worker": (3, 3)},
        f"{group}-0": {f"{group}-1-leader": (1, 1), f"{group}-1-worker": (3, 3)},
    }
    pod = world.pods_of(f"{group}-1-worker")[0]
    assert labels_of(pod)["grove.io/base-podgang"] == f"{name}-0"
    assert pod["spec"]["subdomain"] == f"{name}-0"
    fields = ("replicas", "scheduledReplicas", "availableReplicas", "updatedReplicas")
    assert numbers(world.groups[group], *fields) == (2, 2, 2, 2)
    await stand.stays_quiet()
    await _more_super_pods(stand, name, group)
    await delete_set(stand, name)


async def _more_super_pods(stand: Stand, name: str, group: str) -> None:
    before = uids((await stand.look()).pods.values())
    await stand.scale("pcsg", group, 3)
    world = await stand.right()
    assert len(world.pods) == 12
    assert before < uids(world.pods.values())
    assert set(world.gangs) == {f"{name}-0", f"{group}-0", f"{group}-1"}
    assert set(gangs(world)[f"{group}-1"]) == {f"{group}-2-leader", f"{group}-2-worker"}
    await stand.stays_quiet()

    before = uids(world.pods.values())
    await stand.scale("pclq", f"{group}-0-worker", 4)
    world = await stand.right()
    assert len(world.pods) == 13
    assert before < uids(world.pods.values())
    assert gangs(world)[f"{name}-0"][f"{group}-0-worker"] == (4, 3)
    await stand.stays_quiet()


async def multinode_disaggregated(stand: Stand) -> None:
    """Example 4: prefill twice, decode once, each as a scaling group."""
    name = "multinode-disaggregated"
    base = f"{name}-0"
    await stand.apply(example(name))
    world = await stand.right()
    assert_ready(world)
    assert len(world.pods) == 13
    assert set(world.groups) == {f"{base}-prefill", f"{base}-decode"}
    assert gangs(world) == {
        base: {
            f"{base}-prefill-0-pleader": (1, 1),
            f"{base}-prefill-0-pworker": (4, 4),
            f"{base}-decode-0-dleader": (1, 1),
            f"{base}-decode-0-dworker": (2, 2),
        },
        f"{base}-prefill-0": {
            f"{base}-prefill-1-pleader": (1, 1),
            f"{base}-prefill-1-pworker": (4, 4),
        },
    }
    await stand.stays_quiet()
    await delete_set(stand, name)


async def complete_inference_pipeline(stand: Stand) -> None:
    """Single-pod roles beside super-pods, all in one gang."""
    name = "comp-inf-ppln"
    base = f"{name}-0"
    await stand.apply(example("complete-inference-pipeline"))
    world = await stand.right()
    assert_ready(world)
    sizes = {
        f"{base}-frontend": 2,
        f"{base}-vision-encoder": 1,
        f"{base}-prefill-0-pleader": 1,
        f"{base}-prefill-0-pworker": 4,
        f"{base}-decode-cluster-0-dleader": 1,
        f"{base}-decode-cluster-0-dworker": 2,
    }
    assert pods_by_clique(world) == sizes
    assert gangs(world) == {base: {clique: (n, n) for clique, n in sizes.items()}}
    assert list(gangs(world)[base]) == list(sizes)
    await stand.stays_quiet()
    await delete_set(stand, name)


async def naming_guide(stand: Stand) -> None:
    """A frontend, two prefill instances and a decode instance: whose name is made of what."""
    name, base = "mn-disagg", "mn-disagg-0"
    await stand.apply(manifests.naming_guide())
    world = await stand.right()
    assert_ready(world)
    assert set(world.groups) == {f"{base}-prefill", f"{base}-decode"}
    prefill = {f"{base}-prefill-{j}-{c}": n for j in (0, 1) for c, n in _PREFILL.items()}
    decode = {f"{base}-decode-0-{c}": n for c, n in _DECODE.items()}
    assert pods_by_clique(world) == {f"{base}-frontend": 2, **prefill, **decode}
    assert gangs(world) == {
        base: {
            f"{base}-frontend": (2, 2),
            **{f"{base}-prefill-0-{c}": (n, n) for c, n in _PREFILL.items()},
            **{f"{base}-decode-0-{c}": (n, n) for c, n in _DECODE.items()},
        },
        f"{base}-prefill-0": {f"{base}-prefill-1-{c}": (n, n) for c, n in _PREFILL.items()},
    }
    assert hostnames(world, f"{base}-prefill-1-pworker") == [
        f"{base}-prefill-1-pworker-{index}" for index in range(3)
    ]
    assert (
        {pod["spec"]["subdomain"] for pod in world.pods.values()} == {base} == set(world.services)
    )
    await stand.stays_quiet()
    await delete_set(stand, name)


_PREFILL = {"pleader": 1, "pworker": 3}
_DECODE = {"dleader": 1, "dworker": 2}


async def delete_set(stand: Stand, name: str) -> None:
    """Delete a set and wait until the garbage collector has taken everything."""
    await stand.delete(PODCLIQUESETS, name)
    await stand.until(lambda w: not w.sets and not any(_is_managed(o) for _, o in w.everything()))


def _is_managed(obj: Json) -> bool:
    return labels_of(obj).items() >= MANAGED.items()


GUIDE: tuple[Callable[[Stand], Awaitable[None]], ...] = (
    single_node_aggregated,
    single_node_disaggregated,
    multinode_aggregated,
    multinode_disaggregated,
    complete_inference_pipeline,
    naming_guide,
)
