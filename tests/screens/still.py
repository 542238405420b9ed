"""A session that stands still: stores filled by hand, a clock that does not move, no cluster."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec

from grove_tui.app import GroveApp
from grove_tui.cluster.session import Place, Session
from grove_tui.config import Settings
from grove_tui.kube.client import Client
from grove_tui.kube.objects import Event
from grove_tui.kube.reflector import Link, LinkState
from grove_tui.kube.transport import Request, Response
from grove_tui.reconcile.world import Informers, open_informers
from grove_tui.theme import ThemeFolders
from tests.builders import at, condition, meta, node, pod, podclique, podcliqueset

NOW = at(300)
RUNNING = {
    "containerStatuses": [
        {"name": "main", "ready": True, "started": True, "state": {"running": {}}}
    ]
}


class Nowhere:
    """A transport to nothing; the still session sends nothing."""

    async def request(self, request: Request, timeout: float = 0) -> Response:  # noqa: ASYNC109 - the signature of transports
        raise AssertionError(f"{request.method} {request.path} was sent")

    async def close(self) -> None:
        return None


class StillSession(Session):
    """Follows nothing."""

    async def run(self) -> None:
        await asyncio.Event().wait()


def still_session() -> StillSession:
    """Return a session over empty stores that are in sync and live."""
    client = Client(Nowhere())  # type: ignore[arg-type]
    informers = open_informers(client)
    for informer in informers:
        informer.reflector.synced.set()
        informer.reflector.link = Link(LinkState.LIVE, 0.0)
    place = Place("demo", "https://127.0.0.1:6443", "", "default", "/tmp/kubeconfig")
    return StillSession(place, client, informers, clock=lambda: NOW)


def fill(informers: Informers, objects: Iterable[object]) -> None:
    """Put objects into the stores of their types."""
    stores = {informer.resource.type: informer.store for informer in informers}
    for obj in objects:
        stores[type(obj)].put(obj)


def app_of(session: Session, **settings) -> GroveApp:
    """Return the app on that session."""

    @asynccontextmanager
    async def opener(_: Settings) -> AsyncIterator[Session]:
        yield session

    return GroveApp(Settings(demo=True, **settings), opener, themes=ThemeFolders())


def labels(pcs: str, index: int, clique: str) -> dict[str, str]:
    """Return the labels of a standalone clique and, with the clique's name, of its pods."""
    return {
        "app.kubernetes.io/managed-by": "grove-operator",
        "app.kubernetes.io/part-of": pcs,
        "grove.io/podcliqueset-replica-index": str(index),
        "grove.io/podgang": f"{pcs}-{index}",
        "grove.io/podclique": f"{pcs}-{index}-{clique}",
    }


def event(name: str, kind: str, about: str, **fields) -> Event:
    """Return an event of that reason about an object."""
    body = {
        "metadata": meta(name),
        "involvedObject": {"kind": kind, "name": about, "namespace": "default"},
        "type": "Normal",
        "count": 1,
        "lastTimestamp": at(290).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **fields,
    }
    return msgspec.convert(body, Event)


def owner(kind: str, name: str) -> dict[str, object]:
    """Return a controller reference to one of these objects."""
    uid = f"uid-{name}"
    version = "grove.io/v1alpha1"
    return {"apiVersion": version, "kind": kind, "name": name, "uid": uid, "controller": True}


def clique(pcs: str, index: int, name: str, replicas: int, ready: int, minimum: int):
    """Return a clique with as many pods, spread over the nodes."""
    full = f"{pcs}-{index}-{name}"
    breached = ready < minimum
    owned = labels(pcs, index, name)
    body = podclique(
        full,
        metadata={"labels": owned, "ownerReferences": [owner("PodCliqueSet", pcs)]},
        spec={"replicas": replicas, "minAvailable": minimum, "roleName": name},
        status={
            "replicas": replicas,
            "readyReplicas": ready,
            "scheduledReplicas": ready,
            "conditions": [
                condition("PodCliqueScheduled", not breached, since=240 if breached else 20),
                condition("MinAvailableBreached", breached, since=250 if breached else 20),
            ],
        },
    )
    pods = [
        pod(
            f"{full}-{chr(97 + i) * 5}",
            node=f"fake-node-00{1 + (i + index) % 4}" if i < ready else "",
            phase="Running" if i < ready else "Pending",
            ready=i < ready,
            metadata={"ownerReferences": [owner("PodClique", full)]},
            labels={**owned, "grove.io/podclique-pod-index": str(i)},
            status=RUNNING | {"podIP": f"10.244.{1 + i}.{index + 2}"} if i < ready else {},
        )
        for i in range(replicas)
    ]
    return [body, *pods]


def template(name: str, *cliques: tuple[str, int, int], **fields):
    """Return a PodCliqueSet with cliques given as name, replicas and minAvailable."""
    return podcliqueset(
        name,
        metadata=fields.pop("metadata", {}),
        spec={
            "replicas": fields.pop("replicas", 1),
            "template": {
                "terminationDelay": "4m",
                "cliques": [
                    {
                        "name": clique_name,
                        "spec": {
                            "roleName": clique_name,
                            "replicas": replicas,
                            "minAvailable": minimum,
                            "podSpec": {"containers": [{"name": "main", "image": "nginx"}]},
                        },
                    }
                    for clique_name, replicas, minimum in cliques
                ],
            },
        },
    )


def guide_world() -> list[object]:
    """Return the guide's two examples running, one gang of them breached."""
    objects: list[object] = [node(f"fake-node-00{i}") for i in range(1, 6)]
    objects.append(template("single-node-aggregated", ("model-worker", 2, 2), replicas=2))
    objects += clique("single-node-aggregated", 0, "model-worker", 2, 2, 2)
    objects += clique("single-node-aggregated", 1, "model-worker", 2, 1, 2)
    objects.append(template("single-node-disaggregated", ("prefill", 3, 3), ("decode", 2, 2)))
    objects += clique("single-node-disaggregated", 0, "prefill", 3, 3, 3)
    objects += clique("single-node-disaggregated", 0, "decode", 2, 2, 2)
    objects.append(
        event(
            "e1",
            "PodClique",
            "single-node-aggregated-1-model-worker",
            reason="PodDeleteSuccessful",
            message="Deleted Pod: single-node-aggregated-1-model-worker-zzzzz",
        )
    )
    objects.append(
        event(
            "e2",
            "Pod",
            "single-node-aggregated-1-model-worker-bbbbb",
            type="Warning",
            reason="FailedScheduling",
            message="0/5 nodes are available: 5 Insufficient cpu. [/bar] [b]not markup[/b]",
        )
    )
    return objects


__all__ = ["NOW", "app_of", "fill", "guide_world", "still_session", "timedelta"]
