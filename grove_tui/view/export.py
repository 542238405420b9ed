"""The gangs of a cluster as JSON, for scripts.

The format is stable: fields are added, never changed. Times are RFC 3339 in UTC.

    {"version": 1, "time": …, "cluster": …, "namespace": "",
     "summary": {"gangs": {"healthy": 2, …}, "podsReady", "pods", "nodesReady", "nodes"},
     "podCliqueSets": [{"namespace", "name", "uid", "replicas", "available", "health": H,
       "gangs": [{"name", "index", "health": H, "pods": P, "gpus", "nodes": [name, …],
         "cliques": [C, …],
         "scalingGroups": [{"name", "replicas", "minAvailable", "ready", "health": H,
           "groups": [{"index", "health": H, "cliques": [C, …]}]}]}]}]}

    H: {"word", "detail", "terminatesAt" or null, "notArmed": reason or null}
    P: {"desired", "minAvailable", "existing", "ready", "scheduled", "gated", "unschedulable",
        "failing"}
    C: {"name", "template", "exists", "health": H, "counts": P,
        "pods": [{"name", "status", "ready", "node", "ip", "hostname", "restarts", "gpus",
                  "created", "terminating"}]}

A snapshot also has "nodes": [{"name", "ready", "schedulable", "pods"}].
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from grove_tui.api.objects import PodCliqueSet
from grove_tui.kube.objects import Pod, is_true
from grove_tui.reconcile.world import INDEX_NODE, World
from grove_tui.view.book import GangBook
from grove_tui.view.gangs import Clique, Gang, Group, GroupReplica
from grove_tui.view.health import Health, Tally
from grove_tui.view.podcliquesets import summary

VERSION = 1
Json = dict[str, Any]


def document(
    book: GangBook, sets: Iterable[PodCliqueSet], *, cluster: str, namespace: str = ""
) -> Json:
    """Return some PodCliqueSets with all that belongs to them."""
    return {
        "version": VERSION,
        "time": _time(book.clock()),
        "cluster": cluster,
        "namespace": namespace,
        "podCliqueSets": [_set(book, pcs) for pcs in sets],
    }


def overview(book: GangBook, *, cluster: str, namespace: str = "") -> Json:
    """Return everything: all sets, the counts, and the nodes."""
    counts = summary(book)
    everything = document(book, book.podcliquesets(), cluster=cluster, namespace=namespace)
    return {
        **everything,
        "summary": {
            "gangs": {str(word): count for word, count in counts.gangs},
            "podsReady": counts.pods_ready,
            "pods": counts.pods,
            "nodesReady": counts.nodes_ready,
            "nodes": counts.nodes,
        },
        "nodes": _nodes(book.world),
    }


def _set(book: GangBook, pcs: PodCliqueSet) -> Json:
    gangs = list(book.gangs(pcs))
    return {
        "namespace": pcs.metadata.namespace,
        "name": pcs.metadata.name,
        "uid": pcs.metadata.uid,
        "replicas": pcs.spec.replicas,
        "available": sum(gang.is_available for gang in gangs[: pcs.spec.replicas]),
        "health": _health(book.set_health(pcs)),
        "gangs": [_gang(book, gang) for gang in gangs],
    }


def _gang(book: GangBook, gang: Gang) -> Json:
    return {
        "name": gang.name,
        "index": gang.index,
        "health": _health(gang.health),
        "pods": _counts(gang.tally),
        "gpus": gang.tally.gpus,
        "nodes": sorted(gang.nodes),
        "cliques": [_clique(book, clique) for clique in gang.cliques],
        "scalingGroups": [_group(book, group) for group in gang.groups],
    }


def _group(book: GangBook, group: Group) -> Json:
    return {
        "name": group.key.name,
        "replicas": group.desired,
        "minAvailable": group.minimum,
        "ready": group.ready,
        "health": _health(group.health),
        "groups": [_group_replica(book, replica) for replica in group.replicas],
    }


def _group_replica(book: GangBook, replica: GroupReplica) -> Json:
    return {
        "index": replica.index,
        "health": _health(replica.health),
        "cliques": [_clique(book, clique) for clique in replica.cliques],
    }


def _clique(book: GangBook, clique: Clique) -> Json:
    pods = (book.object(key) for key in clique.pods)
    return {
        "name": clique.key.name,
        "template": clique.title,
        "exists": clique.podclique is not None,
        "health": _health(clique.health),
        "counts": _counts(clique.tally),
        "pods": [_pod(book, pod) for pod in pods if isinstance(pod, Pod)],
    }


def _pod(book: GangBook, pod: Pod) -> Json:
    facts = book.facts(pod)
    return {
        "name": pod.metadata.name,
        "status": facts.word,
        "ready": facts.is_ready,
        "node": facts.node,
        "ip": pod.status.pod_ip,
        "hostname": pod.spec.hostname,
        "restarts": facts.restarts,
        "gpus": facts.gpus,
        "created": _time(pod.metadata.creation_timestamp),
        "terminating": facts.is_terminating,
    }


def _health(health: Health) -> Json:
    return {
        "word": str(health.word),
        "detail": health.detail,
        "terminatesAt": _time(health.due),
        "notArmed": str(health.gate) if health.gate is not None else None,
    }


def _counts(tally: Tally) -> Json:
    return {
        "desired": tally.desired,
        "minAvailable": tally.minimum,
        "existing": tally.pods,
        "ready": tally.ready,
        "scheduled": tally.scheduled,
        "gated": tally.gated,
        "unschedulable": tally.unschedulable,
        "failing": tally.failing,
    }


def _nodes(world: World) -> list[Json]:
    return [
        {
            "name": node.metadata.name,
            "ready": is_true(node.status.conditions, "Ready"),
            "schedulable": not node.spec.unschedulable,
            "pods": len(world.pods.by_index(INDEX_NODE, node.metadata.name)),
        }
        for node in sorted(world.nodes.values(), key=lambda node: node.metadata.name)
    ]


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")
