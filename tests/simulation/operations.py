"""What may happen to a cluster: things that users, machines and networks do.

An operation is a function of the world. It returns what it did, or nothing when there was nothing
to do it to; everything it chooses it draws from the world's own generator.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS, PODGANGS
from grove_tui.demo.stages import annotations
from grove_tui.kube.errors import ApiError, Conflict, Invalid, NotFound
from grove_tui.kube.resources import HPAS, NODES, PODS, SERVICES, Resource
from tests.contract.snapshot import Json, is_terminating, labels_of
from tests.faults import Faults
from tests.simulation.templates import TEMPLATES
from tests.simulation.worlds import CALM, World, manifest

Operation = Callable[[World], Awaitable[str]]


def _pick(world: World, resource: Resource[Any]) -> Json | None:
    """Return some object of a kind."""
    objects = world.snapshot().objects[resource.plural]
    living = [objects[name] for name in sorted(objects) if not is_terminating(objects[name])]
    return world.rng.choice(living) if living else None


async def _scale(world: World, resource: Resource[Any], most: int) -> str:
    obj = _pick(world, resource)
    if obj is None:
        return ""
    name, replicas = obj["metadata"]["name"], world.rng.randint(0, most)
    await world.client.scale(resource, name, replicas, world.namespace)
    return f"scale {resource.kind} {name} to {replicas}"


async def scale_set(world: World) -> str:
    return await _scale(world, PODCLIQUESETS, 3)


async def scale_group(world: World) -> str:
    return await _scale(world, PODCLIQUESCALINGGROUPS, 4)


async def scale_clique(world: World) -> str:
    return await _scale(world, PODCLIQUES, 5)


async def _delete(world: World, resource: Resource[Any], **options: Any) -> str:
    obj = _pick(world, resource)
    if obj is None:
        return ""
    name = obj["metadata"]["name"]
    await world.client.delete(resource, name, world.namespace, **options)
    return f"delete {resource.kind} {name} {options or ''}"


async def delete_pod(world: World) -> str:
    return await _delete(world, PODS)


async def kill_pod(world: World) -> str:
    return await _delete(world, PODS, grace_period_seconds=0)


async def delete_clique(world: World) -> str:
    return await _delete(world, PODCLIQUES)


async def delete_group(world: World) -> str:
    return await _delete(world, PODCLIQUESCALINGGROUPS)


async def delete_gang(world: World) -> str:
    return await _delete(world, PODGANGS)


async def delete_service_or_autoscaler(world: World) -> str:
    return await _delete(world, world.rng.choice([SERVICES, HPAS]))


async def delete_set(world: World) -> str:
    """Delete a set, and create it again at once, later or not at all."""
    done = await _delete(world, PODCLIQUESETS)
    if done and world.rng.random() < 0.6:
        await asyncio.sleep(world.rng.choice([0, 0, 0.2, 1, 5]))
        done += f"; {await create_set(world)}"
    return done


async def create_set(world: World) -> str:
    missing = sorted(TEMPLATES.keys() - world.snapshot().sets.keys())
    if not missing:
        return ""
    name = world.rng.choice(missing)
    await world.client.create(PODCLIQUESETS, manifest(name), world.namespace)
    return f"create PodCliqueSet {name}"


# Templates


def _change_image(world: World, template: Json) -> str:
    clique = world.rng.choice(template["cliques"])
    image = f"app:{world.rng.randint(1, 4)}"
    clique["spec"]["podSpec"]["containers"][0]["image"] = image
    return f"image of {clique['name']} to {image}"


def _change_delay(world: World, template: Json) -> str:
    template["terminationDelay"] = f"{world.rng.choice([6, 12, 25])}s"
    return f"terminationDelay to {template['terminationDelay']}"


def _change_size(world: World, template: Json) -> str:
    clique = world.rng.choice(template["cliques"])
    least = clique["spec"].get("minAvailable", 1)
    clique["spec"]["replicas"] = world.rng.randint(least, min(least + 2, 5))
    return f"replicas of {clique['name']} to {clique['spec']['replicas']}"


def _change_label(world: World, template: Json) -> str:
    clique = world.rng.choice(template["cliques"])
    clique["labels"] = {"team": world.rng.choice(["red", "blue"])}
    return f"labels of {clique['name']} to {clique['labels']}"


def _change_service(world: World, template: Json) -> str:
    publish = world.rng.random() < 0.5
    template["headlessServiceConfig"] = {"publishNotReadyAddresses": publish}
    return f"publishNotReadyAddresses to {publish}"


def _change_priority(world: World, template: Json) -> str:
    template["priorityClassName"] = world.rng.choice(["low", "high"])
    return f"priorityClassName to {template['priorityClassName']}"


CHANGES = (
    _change_image,
    _change_image,
    _change_image,
    _change_delay,
    _change_size,
    _change_label,
    _change_service,
    _change_priority,
)


async def change_template(world: World) -> str:
    obj = _pick(world, PODCLIQUESETS)
    if obj is None:
        return ""
    name = obj["metadata"]["name"]
    whole = await world.client.get_json(PODCLIQUESETS, name, world.namespace)
    done = world.rng.choice(CHANGES)(world, whole["spec"]["template"])
    await world.client.replace(PODCLIQUESETS, whole)
    return f"change {name}: {done}"


async def change_strategy(world: World) -> str:
    obj = _pick(world, PODCLIQUESETS)
    if obj is None:
        return ""
    strategy = world.rng.choice(["RollingRecreate", "OnDelete"])
    patch = {"spec": {"updateStrategy": {"type": strategy}}}
    await world.client.patch(PODCLIQUESETS, obj["metadata"]["name"], patch, world.namespace)
    return f"update {obj['metadata']['name']} by {strategy}"


async def change_nonsense(world: World) -> str:
    """Ask for what the API forbids; it must be refused, with the field named."""
    obj = _pick(world, PODCLIQUESETS)
    if obj is None:
        return ""
    name = obj["metadata"]["name"]
    whole = await world.client.get_json(PODCLIQUESETS, name, world.namespace)
    clique = world.rng.choice(whole["spec"]["template"]["cliques"])
    clique["spec"]["minAvailable"] = 99
    try:
        await world.client.replace(PODCLIQUESETS, whole)
    except Invalid as refused:
        fields = [field for field, _ in refused.causes]
        assert any("minAvailable" in field for field in fields), fields
        return f"{name}: minAvailable 99 was refused"
    raise AssertionError(f"{name}: minAvailable 99 was accepted")


async def meddle(world: World) -> str:
    """Edit a PodClique by hand; the set's template wins."""
    obj = _pick(world, PODCLIQUES)
    if obj is None or "grove.io/podcliquescalinggroup" in labels_of(obj):
        # Grove API: members of scaling groups are left as they were made until an update.
        return ""
    patch = {"metadata": {"labels": {"meddled": "yes"}}, "spec": {"roleName": "other"}}
    await world.client.patch(PODCLIQUES, obj["metadata"]["name"], patch, world.namespace)
    return f"edit PodClique {obj['metadata']['name']}"


# Machines


async def cordon(world: World) -> str:
    node = world.rng.choice([n.metadata.name for n in world.cluster.objects(NODES)])
    closed = world.rng.random() < 0.5
    await world.client.patch(NODES, node, {"spec": {"unschedulable": closed or None}})
    return f"{'cordon' if closed else 'uncordon'} {node}"


async def uncordon_all(world: World) -> str:
    for node in world.cluster.objects(NODES):
        patch = {"spec": {"unschedulable": None}}
        await world.client.patch(NODES, node.metadata.name, patch)
    return "uncordon all nodes"


TROUBLES = (
    {annotations.CRASH_LOOP: "1"},
    {annotations.NOT_READY: "1"},
    {annotations.IMAGE_PULL_ERROR: "1"},
)
NO_TROUBLE = dict.fromkeys(
    (annotations.CRASH_LOOP, annotations.NOT_READY, annotations.IMAGE_PULL_ERROR)
)


async def break_pod(world: World) -> str:
    pod = _pick(world, PODS)
    if pod is None:
        return ""
    trouble = world.rng.choice(TROUBLES)
    name = pod["metadata"]["name"]
    patch = {"metadata": {"annotations": trouble}}
    await world.client.patch(PODS, name, patch, world.namespace)
    return f"pod {name}: {next(iter(trouble))}"


async def mend_pods(world: World) -> str:
    mended = 0
    for name, pod in world.snapshot().pods.items():
        if NO_TROUBLE.keys() & (pod["metadata"].get("annotations") or {}).keys():
            patch = {"metadata": {"annotations": NO_TROUBLE}}
            await world.client.patch(PODS, name, patch, world.namespace)
            mended += 1
    return f"mend {mended} pods" if mended else ""


async def fail_pod(world: World) -> str:
    """Let a pod end for good, as an eviction by its node does."""
    pod = _pick(world, PODS)
    if pod is None or not pod["spec"].get("nodeName"):
        return ""
    name = pod["metadata"]["name"]
    status = {"phase": "Failed", "reason": "Evicted"}
    ready = [c for c in pod["status"].get("conditions", ()) if c["type"] != "Ready"]
    patch = {"status": {**status, "conditions": [*ready, {"type": "Ready", "status": "False"}]}}
    await world.client.patch(PODS, name, patch, world.namespace, subresource="status")
    return f"pod {name} has failed"


# The reconciler and its line


async def restart(world: World) -> str:
    was = world.is_running
    await world.stop_reconciler()
    world.start_reconciler()
    return "restart the reconciler" if was else "start the reconciler"


async def stop(world: World) -> str:
    if not world.is_running:
        return ""
    await world.stop_reconciler()
    return "stop the reconciler"


async def disturb(world: World) -> str:
    draw = world.rng.random
    faults = Faults(
        refuse=draw() * 0.3,
        lose_answer=draw() * 0.2,
        drop_watch=draw() * 0.1,
        delay_watch=draw() * 0.5,
        expire_watch=draw() * 0.05,
        max_delay=world.rng.choice([0.05, 0.5, 2.0]),
        latency=world.rng.choice([0.001, 0.01, 0.1]),
    )
    world.disturb(faults)
    return f"disturb the line: {faults}"


async def calm(world: World) -> str:
    world.disturb(CALM)
    return "calm the line"


async def hold_watches(world: World) -> str:
    world.hold_watches()
    await asyncio.sleep(world.rng.choice([0.5, 2, 5]))
    world.release_watches()
    return "hold all watches for a while"


async def wait(world: World) -> str:
    seconds = world.rng.choice([1, 4, 8, 16])
    await asyncio.sleep(seconds)
    return f"wait {seconds} s"


OPERATIONS: tuple[tuple[Operation, int], ...] = (
    (scale_set, 6),
    (scale_group, 8),
    (scale_clique, 8),
    (delete_pod, 6),
    (kill_pod, 4),
    (delete_clique, 5),
    (delete_group, 3),
    (delete_gang, 3),
    (delete_service_or_autoscaler, 2),
    (delete_set, 2),
    (create_set, 4),
    (change_template, 8),
    (change_strategy, 1),
    (change_nonsense, 1),
    (meddle, 2),
    (cordon, 5),
    (uncordon_all, 2),
    (break_pod, 6),
    (mend_pods, 3),
    (fail_pod, 3),
    (restart, 3),
    (stop, 1),
    (disturb, 4),
    (calm, 2),
    (hold_watches, 2),
    (wait, 6),
)
"""Operations and how often they are drawn."""


async def perform(world: World) -> bool:
    """Do one thing by chance; False when there was nothing to do it to."""
    operations, weights = zip(*OPERATIONS, strict=True)
    operation = world.rng.choices(operations, weights)[0]
    try:
        done = await operation(world)
    except (NotFound, Conflict) as error:
        # Something else was faster, as it may be.
        done = f"{operation.__name__}: {error}"
    except ApiError as error:
        raise AssertionError(f"{operation.__name__} was refused: {error}") from error
    if done:
        world.note(done)
    return bool(done)
