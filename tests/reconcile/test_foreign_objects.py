"""Objects of others that have a name we want are reported, left alone, and never adopted."""

import asyncio
from typing import Any

import pytest

from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODGANGS
from grove_tui.kube.objects import JSON
from grove_tui.kube.resources import HPAS, ROLES, SERVICEACCOUNTS, SERVICES, Resource
from tests.reconcile.manifests import clique, group, podcliqueset
from tests.reconcile.scene import scene

pytestmark = pytest.mark.looptime

SCALED = {"maxReplicas": 5}
MANIFEST = podcliqueset(
    cliques=[clique("front", 2, autoScalingConfig=SCALED), clique("a", 1)],
    groups=[group("g", ["a"], 2, 1)],
    cliqueStartupType="CliqueStartupTypeInOrder",
)
POD_SPEC = {"containers": [{"name": "main", "image": "nginx"}]}
CLIQUE_SPEC = {"roleName": "x", "replicas": 1, "minAvailable": 1, "podSpec": POD_SPEC}
TARGET = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"}
FOREIGN: list[tuple[Resource[Any], str, JSON]] = [
    (SERVICES, "set-0", {"spec": {"ports": [{"port": 80}]}}),
    (HPAS, "set-0-front", {"spec": {"scaleTargetRef": TARGET, "maxReplicas": 3}}),
    (PODCLIQUES, "set-0-front", {"spec": CLIQUE_SPEC}),
    (PODCLIQUES, "set-0-g-1-a", {"spec": CLIQUE_SPEC}),
    (PODCLIQUESCALINGGROUPS, "set-0-g", {"spec": {"replicas": 1, "cliqueNames": ["x"]}}),
    (PODGANGS, "set-0-g-0", {"spec": {"podgroups": []}}),
    (SERVICEACCOUNTS, "set", {}),
    (ROLES, "grove.io:pcs:set", {"rules": []}),
]


def errors(world):
    """Return what sets and scaling groups say is wrong."""
    return [
        (error["code"], error["description"])
        for obj in (*world.sets.values(), *world.groups.values())
        for error in obj.get("status", {}).get("lastErrors") or ()
    ]


@pytest.mark.parametrize(
    ("resource", "name", "body"), FOREIGN, ids=[f"{r.plural}-{name}" for r, name, _ in FOREIGN]
)
async def test_a_foreign_object_is_reported_and_left_alone(resource, name, body):
    async with scene() as world:
        stand = world.stand
        await world.cluster.client.create(
            resource, {"metadata": {"name": name}, **body}, stand.namespace
        )
        foreign = (await stand.look()).objects[resource.plural][name]

        await stand.apply(MANIFEST)
        await asyncio.sleep(60)

        now = await stand.look()
        assert now.objects[resource.plural][name] == foreign
        [(code, description)] = errors(now)
        assert code == "ERR_NAME_CONFLICT"
        assert description.startswith(f"{resource.kind} {name} exists and is not controlled by")
        [event] = await stand.events("NameConflict")
        assert event["message"] == description
        assert event["count"] == 1
        assert "observedGeneration" not in now.sets["set"]["status"]
        # What does not need that name goes on.
        others = {"set-0-front", "set-0-g-0-a", "set-0-g-1-a"}
        if resource is PODCLIQUES:
            assert not now.pods_of(name)
            others.remove(name)
        if resource is not PODCLIQUESCALINGGROUPS:
            assert {n for n in others if now.pods_of(n)} == others

        await stand.delete(resource, name)
        await stand.until(lambda w: not errors(w))
        await stand.until(lambda w: w.sets["set"]["status"].get("observedGeneration"))
        await stand.right()
