"""Playing scenarios: every step is what a person could do with kubectl."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from grove_tui.api.objects import PODCLIQUESETS, PodCliqueSet
from grove_tui.demo.garbage.discovery import discover
from grove_tui.demo.objects import PODS
from grove_tui.demo.scenarios.loading import (
    Annotate,
    Delete,
    NodeOf,
    Nodes,
    Scale,
    Scenario,
    Step,
    manifests,
)
from grove_tui.demo.stages import annotations
from grove_tui.kube.client import Client
from grove_tui.kube.clock import Clock, format_time
from grove_tui.kube.errors import AlreadyExists, KubeError, NotFound
from grove_tui.kube.informer import Informer
from grove_tui.kube.objects import JSON, PartialObject
from grove_tui.kube.resources import NODES, Resource

ALL = "all"

_log = logging.getLogger(__name__)


async def play(scenario: Scenario, client: Client, clock: Clock) -> None:
    """Play all steps; one that fails is logged and skipped."""
    player = _Player(scenario, client, clock)
    for number, step in enumerate(scenario.steps, 1):
        try:
            await player.play(step)
        except KubeError as error:
            _log.warning("step %d of the scenario was skipped: %s", number, error)


class _Player:
    def __init__(self, scenario: Scenario, client: Client, clock: Clock) -> None:
        self._scenario = scenario
        self._client = client
        self._clock = clock
        self._actions: dict[str, Callable[[Any], Awaitable[None]]] = {
            "apply": self._apply,
            "healthy": self._healthy,
            "wait": asyncio.sleep,
            "scale": self._scale,
            "cordon": lambda nodes: self._patch_nodes(nodes, {"spec": {"unschedulable": True}}),
            "uncordon": lambda nodes: self._patch_nodes(nodes, {"spec": {"unschedulable": None}}),
            "kill": self._kill,
            "revive": self._revive,
            "annotate": self._annotate,
            "delete": self._delete,
        }

    async def play(self, step: Step) -> None:
        for name in step.__struct_fields__:
            value = getattr(step, name)
            if value is not None:
                await self._actions[name](value)

    async def _apply(self, sources: str | list[str | JSON] | JSON) -> None:
        resources = await discover(self._client)
        for manifest in manifests(self._scenario, sources):
            resource = _resource_of(resources, str(manifest.get("kind")))
            namespace = _namespace(resource, manifest.get("metadata", {}).get("namespace", ""))
            try:
                await self._client.create(resource, manifest, namespace)
            except AlreadyExists:
                # A cluster with a data directory has played this before.
                continue

    async def _healthy(self, sets: str | list[str]) -> None:
        wanted = {sets} if isinstance(sets, str) else set(sets)
        informer = Informer(self._client, PODCLIQUESETS)
        changed = asyncio.Event()
        informer.add_handler(lambda *_: changed.set())
        following = asyncio.create_task(informer.run())
        try:
            while not wanted <= {p.metadata.name for p in informer.store.values() if _is_whole(p)}:
                await changed.wait()
                changed.clear()
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _scale(self, scale: Scale) -> None:
        resource = _resource_of(await discover(self._client), scale.kind)
        await self._client.scale(resource, scale.name, scale.replicas, scale.namespace)

    async def _kill(self, nodes: Nodes) -> None:
        mark = {annotations.DEAD: format_time(self._clock())}
        await self._patch_nodes(nodes, {"metadata": {"annotations": mark}})

    async def _revive(self, nodes: Nodes) -> None:
        await self._patch_nodes(nodes, {"metadata": {"annotations": {annotations.DEAD: None}}})

    async def _patch_nodes(self, nodes: Nodes, patch: JSON) -> None:
        for name in await self._node_names(nodes):
            await self._client.patch(NODES, name, patch)

    async def _node_names(self, nodes: Nodes) -> list[str]:
        if nodes == ALL:
            return [node.metadata.name for node in await self._client.list_all(NODES)]
        if isinstance(nodes, NodeOf):
            pods = await self._client.list_all(PODS, label_selector=nodes.node_of)
            return [pod.spec.node_name for pod in pods if pod.spec.node_name][:1]
        return [nodes] if isinstance(nodes, str) else nodes

    async def _annotate(self, wish: Annotate) -> None:
        resource = _resource_of(await discover(self._client), wish.kind)
        namespace = _namespace(resource, wish.namespace)
        chosen = [wish.name]
        if not wish.name:
            found = await self._client.list_all(resource, namespace, label_selector=wish.selector)
            chosen = [obj.metadata.name for obj in found][: wish.limit or None]
        patch = {"metadata": {"annotations": wish.annotations}}
        for name in chosen:
            await self._client.patch(resource, name, patch, namespace)

    async def _delete(self, wish: Delete) -> None:
        resource = _resource_of(await discover(self._client), wish.kind)
        await self._client.delete(resource, wish.name, _namespace(resource, wish.namespace))


def _is_whole(pcs: PodCliqueSet) -> bool:
    return 0 < pcs.spec.replicas <= pcs.status.available_replicas


def _namespace(resource: Resource[PartialObject], wished: str) -> str:
    return (wished or "default") if resource.namespaced else ""


def _resource_of(resources: list[Resource[PartialObject]], kind: str) -> Resource[PartialObject]:
    for resource in resources:
        if resource.kind == kind:
            return resource
    raise NotFound(404, "NotFound", f"the cluster has no kind {kind}")
