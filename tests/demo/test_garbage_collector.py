"""What nobody owns goes, what somebody still owns stays, whatever the way of deletion."""

import random
import time

import pytest

from grove_tui.demo.garbage.graph import Graph, Item
from grove_tui.kube.client import Propagation
from grove_tui.kube.errors import NotFound
from grove_tui.kube.objects import NamespacedName, OwnerReference, PartialObject
from grove_tui.kube.resources import CRDS, PODS, SECRETS, Resource
from tests.bodies import pod_body
from tests.cluster import running_cluster

virtual = pytest.mark.looptime
CONFIGMAPS = Resource("", "v1", "configmaps", "ConfigMap", PartialObject)


def owner_reference(resource, obj, *, blocks=True):
    meta = obj.metadata
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "name": meta.name,
        "uid": meta.uid,
        "blockOwnerDeletion": blocks,
    }


async def create(cluster, name, owners=(), *, resource=CONFIGMAPS, blocks=True, finalizers=()):
    references = [owner_reference(r, obj, blocks=blocks) for r, obj in owners]
    metadata = {"name": name, "ownerReferences": references, "finalizers": list(finalizers)}
    return await cluster.client.create(resource, {"metadata": metadata}, "default")


def names(cluster, resource=CONFIGMAPS):
    return {o.metadata.name for o in cluster.objects(resource, "default")}


@virtual
async def test_dependents_of_dependents_go_with_their_owner_across_kinds():
    async with running_cluster() as cluster:
        root = await create(cluster, "root", resource=SECRETS)
        middle = await create(cluster, "middle", [(SECRETS, root)])
        await create(cluster, "leaf", [(CONFIGMAPS, middle)])
        await create(cluster, "stranger")

        await cluster.client.delete(SECRETS, "root", "default")

        await cluster.until(lambda: names(cluster) == {"stranger"}, seconds=1)


@virtual
async def test_an_object_with_one_owner_left_stays_and_loses_the_dead_reference():
    async with running_cluster() as cluster:
        one, two = await create(cluster, "one"), await create(cluster, "two")
        await create(cluster, "shared", [(CONFIGMAPS, one), (CONFIGMAPS, two)])

        await cluster.client.delete(CONFIGMAPS, "one", "default")
        await cluster.settled()

        shared = cluster.the(CONFIGMAPS, "shared")
        assert [ref.name for ref in shared.metadata.owner_references] == ["two"]


@virtual
async def test_foreground_deletion_keeps_the_owner_until_its_dependents_are_gone():
    async with running_cluster() as cluster:
        root = await create(cluster, "root")
        await create(cluster, "held", [(CONFIGMAPS, root)], finalizers=["example.com/hold"])

        await cluster.client.delete(
            CONFIGMAPS, "root", "default", propagation=Propagation.FOREGROUND
        )
        await cluster.settled()
        meanwhile = names(cluster)
        await cluster.client.patch(
            CONFIGMAPS, "held", {"metadata": {"finalizers": None}}, "default"
        )

        await cluster.until(lambda: names(cluster) == set())
        assert meanwhile == {"root", "held"}


@virtual
async def test_dependents_that_do_not_block_are_deleted_but_not_waited_for():
    async with running_cluster() as cluster:
        root = await create(cluster, "root")
        await create(
            cluster, "held", [(CONFIGMAPS, root)], blocks=False, finalizers=["example.com/hold"]
        )

        await cluster.client.delete(
            CONFIGMAPS, "root", "default", propagation=Propagation.FOREGROUND
        )

        await cluster.until(lambda: names(cluster) == {"held"})
        await cluster.settled()
        assert cluster.the(CONFIGMAPS, "held").metadata.deletion_timestamp is not None


@virtual
async def test_foreground_deletion_goes_down_the_whole_tree_first():
    async with running_cluster() as cluster:
        root = await create(cluster, "root")
        middle = await create(cluster, "middle", [(CONFIGMAPS, root)])
        await create(cluster, "leaf", [(CONFIGMAPS, middle)])
        gone = []
        cluster.demo.storage.subscribe(
            "configmaps",
            cluster.revision,
            lambda e: gone.append(e.stored.key.name) if e.type == "DELETED" else None,
        )

        await cluster.client.delete(
            CONFIGMAPS, "root", "default", propagation=Propagation.FOREGROUND
        )

        await cluster.until(lambda: names(cluster) == set())
        assert gone == ["leaf", "middle", "root"]


@virtual
async def test_orphaned_dependents_stay_without_their_owner():
    async with running_cluster() as cluster:
        root = await create(cluster, "root")
        await create(cluster, "child", [(CONFIGMAPS, root)])

        await cluster.client.delete(CONFIGMAPS, "root", "default", propagation=Propagation.ORPHAN)
        await cluster.settled(quiet=3)

        assert names(cluster) == {"child"}
        assert cluster.the(CONFIGMAPS, "child").metadata.owner_references == ()


@virtual
async def test_an_object_created_for_an_owner_that_never_existed_is_deleted_soon():
    async with running_cluster() as cluster:
        ghost = await create(cluster, "ghost")
        await cluster.client.delete(CONFIGMAPS, "ghost", "default")
        never = {"apiVersion": "v1", "kind": "ConfigMap", "name": "never", "uid": "no-such-uid"}
        body = {"metadata": {"name": "lost", "ownerReferences": [never]}}
        await cluster.client.create(CONFIGMAPS, body, "default")
        await create(cluster, "late", [(CONFIGMAPS, ghost)])

        await cluster.until(lambda: names(cluster) == set(), seconds=3)


@virtual
async def test_a_new_object_under_the_owners_name_is_not_the_owner():
    async with running_cluster() as cluster:
        first = await create(cluster, "root")
        await create(cluster, "child", [(CONFIGMAPS, first)])
        await cluster.client.delete(CONFIGMAPS, "root", "default")
        await create(cluster, "root")

        await cluster.until(lambda: names(cluster) == {"root"}, seconds=1)


@virtual
async def test_an_owner_of_a_kind_that_is_not_served_is_left_in_peace():
    async with running_cluster() as cluster:
        unknown = {"apiVersion": "x.example.com/v1", "kind": "Thing", "name": "t", "uid": "u"}
        body = {"metadata": {"name": "child", "ownerReferences": [unknown]}}
        await cluster.client.create(CONFIGMAPS, body, "default")

        await cluster.settled(quiet=5)

        assert names(cluster) == {"child"}


def definition(plural, kind):
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
    }
    return {
        "metadata": {"name": f"{plural}.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind},
            "versions": [version],
        },
    }


@virtual
async def test_kinds_that_are_defined_later_are_followed_too():
    things = Resource("example.com", "v1", "things", "Thing", PartialObject)
    async with running_cluster() as cluster:
        await cluster.client.create(CRDS, definition("things", "Thing"))
        await cluster.settled()
        owner = await create(cluster, "owner", resource=things)
        await create(cluster, "child", [(things, owner)])
        await create(cluster, "thing-child", [(things, owner)], resource=things)

        await cluster.client.delete(things, "owner", "default")
        await cluster.until(lambda: names(cluster) == set(), seconds=1)

        with pytest.raises(NotFound):
            await cluster.client.get(things, "thing-child", "default")


@virtual
async def test_removing_a_definition_removes_what_its_objects_owned():
    things = Resource("example.com", "v1", "things", "Thing", PartialObject)
    async with running_cluster() as cluster:
        await cluster.client.create(CRDS, definition("things", "Thing"))
        await cluster.settled()
        owner = await create(cluster, "owner", resource=things)
        await create(cluster, "child", [(things, owner)])
        await cluster.settled()

        await cluster.client.delete(CRDS, "things.example.com")

        await cluster.until(lambda: names(cluster) == set(), seconds=3)


class Model:
    """What should be there: names and the owners that each has."""

    def __init__(self):
        self.owners = {}

    def delete(self, name, policy):
        del self.owners[name]
        if policy is Propagation.ORPHAN:
            for owners in self.owners.values():
                owners.discard(name)
        while doomed := [
            n for n, owners in self.owners.items() if owners and not owners & self.owners.keys()
        ]:
            for n in doomed:
                del self.owners[n]
        for owners in self.owners.values():
            owners.intersection_update(self.owners)


@virtual
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    ("policies", "in_a_hurry"), [(Propagation, False), ([Propagation.BACKGROUND], True)]
)
async def test_random_trees_shrink_as_a_naive_model_says(seed, policies, in_a_hurry):
    rng = random.Random(seed)
    model, uids = Model(), dict[str, PartialObject]()
    async with running_cluster(nodes=1) as cluster:
        for serial in range(60):
            if rng.random() < 0.65 or not model.owners:
                name = f"n{serial}"
                owners = rng.sample(sorted(model.owners), min(len(model.owners), rng.randrange(4)))
                blocks = rng.random() < 0.7
                uids[name] = await create(
                    cluster, name, [(CONFIGMAPS, uids[o]) for o in owners], blocks=blocks
                )
                model.owners[name] = set(owners)
            else:
                name = rng.choice(sorted(model.owners))
                policy = rng.choice(list(policies))
                await cluster.client.delete(CONFIGMAPS, name, "default", propagation=policy)
                model.delete(name, policy)
            if not in_a_hurry:
                await cluster.settled(quiet=0.05)
                check(cluster, model)
        await cluster.settled(quiet=2)
        check(cluster, model)


def check(cluster, model):
    found = {
        o.metadata.name: {ref.name for ref in o.metadata.owner_references}
        for o in cluster.objects(CONFIGMAPS, "default")
    }
    assert found == model.owners


async def test_a_thousand_pods_go_with_their_owner_within_a_second_or_so():
    async with running_cluster(nodes=10) as cluster:
        owner = await create(cluster, "owner")
        reference = owner_reference(CONFIGMAPS, owner)
        for i in range(1000):
            body = pod_body(f"p{i}", requests={"cpu": "1m"})
            body["metadata"]["ownerReferences"] = [reference]
            await cluster.client.create(PODS, body, "default")
        await cluster.until(lambda: all(p.spec.node_name for p in cluster.objects(PODS)))
        await cluster.settled()
        started = time.process_time()

        await cluster.client.delete(CONFIGMAPS, "owner", "default")
        await cluster.until(lambda: not cluster.demo.storage.objects("pods"))

        assert time.process_time() - started < 3


def test_the_graph_finds_dependents_before_and_after_their_owner_was_seen():
    graph = Graph()
    child = item("child", owners=["root"])
    graph.put(child)
    before = graph.dependents_of("root")
    graph.put(item("root"))
    graph.remove("root")
    after = graph.dependents_of("root")
    graph.put(item("child"))

    assert before == after == [child]
    assert graph.dependents_of("root") == []


def item(uid, owners=()):
    references = tuple(OwnerReference("v1", "ConfigMap", o, o) for o in owners)
    return Item(CONFIGMAPS, NamespacedName("default", uid), uid, "1", references, (), False)
