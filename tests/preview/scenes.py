"""Small clusters at rest, and previews of changes to what is in them."""

from typing import Any

import msgspec

from grove_tui.actions.preview.changes import Change
from grove_tui.actions.preview.model import Preview
from grove_tui.actions.preview.running import preview
from grove_tui.actions.preview.sentences import lines
from grove_tui.actions.target import Target
from grove_tui.api.objects import PodCliqueSet
from grove_tui.kube.objects import JSON, Node
from grove_tui.kube.resources import Resource
from grove_tui.reconcile.world import RESOURCES, World
from tests.builders import node
from tests.preview.worlds import NOW, settled
from tests.reconcile.manifests import TOLERATION, clique, group, podcliqueset

GPU = "nvidia.com/gpu"


def pod_spec(gpus: int = 0, **spec: Any) -> JSON:
    """A pod of one container that asks for GPUs."""
    limits = {"cpu": "1", GPU: str(gpus)}
    container = {"name": "main", "image": "nginx", "resources": {"limits": limits}}
    return {"tolerations": [TOLERATION], "containers": [container], **spec}


def nodes(number: int, gpus: int = 8, **overrides: Any) -> list[Node]:
    """Nodes with that many GPUs each."""
    room = {"cpu": "64", "memory": "512Gi", "pods": "110", GPU: str(gpus)}
    return [
        node(f"node-{i}", status={"allocatable": room, "capacity": room}, **overrides)
        for i in range(1, number + 1)
    ]


def decoded(manifest: JSON) -> PodCliqueSet:
    """A PodCliqueSet as the API server stores it."""
    body = {
        **manifest,
        "metadata": {
            "namespace": "default",
            "uid": f"uid-{manifest['metadata']['name']}",
            "generation": 1,
            "creationTimestamp": "2026-01-01T00:00:00Z",
            **manifest["metadata"],
        },
    }
    return msgspec.convert(body, PodCliqueSet)


def inference(delay: str = "4h", replicas: int = 1, **template: Any) -> PodCliqueSet:
    """`llm`: a frontend of 2 (at least 1), and 2 groups of a leader and 2 workers with GPUs."""
    return decoded(
        podcliqueset(
            "llm",
            [
                clique("front", 2, 1, podSpec=pod_spec()),
                clique("leader", 1, podSpec=pod_spec(2)),
                clique("worker", 2, podSpec=pod_spec(2)),
            ],
            [group("prefill", ["leader", "worker"], 2, 1)],
            delay=delay,
            replicas=replicas,
            **template,
        )
    )


def running(pcs: PodCliqueSet | None = None, number: int = 3, gpus: int = 8) -> World:
    """The world in which a set runs."""
    return settled([pcs or inference()], nodes(number, gpus))


def target(world: World, resource: Resource[Any], name: str) -> Target:
    """The object of that name."""
    fields = {found.plural: field for field, found in RESOURCES.items()}
    namespace = "default" if resource.namespaced else ""
    found = getattr(world, fields[resource.plural]).get(namespace, name)
    assert found is not None, f"there is no {resource.kind} {name}"
    return Target.of(resource, found)


def foreseen(world: World, *changes: Change) -> Preview:
    """What the changes would do."""
    return preview(world, changes, NOW)


def told(world: World, *changes: Change) -> str:
    """What a preview of the changes says."""
    return "\n".join(line.text for line in lines(foreseen(world, *changes), NOW))
