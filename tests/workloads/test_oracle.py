"""The oracle sees each mistake that it is there to see."""

import copy

import pytest

from tests.contract.manifests import environment_demo
from tests.contract.oracle import outdated, violations
from tests.contract.snapshot import Snapshot
from tests.contract.stand import demo_stand

NAME, GROUP = "env-demo-pcsg", "env-demo-pcsg-0-inst"
CLIQUE = f"{GROUP}-1-worker"


async def right_snapshot():
    async with demo_stand() as stand:
        await stand.apply(environment_demo())
        return await stand.right()


def changed(snapshot, plural, name, change):
    """Return the snapshot with one object changed."""
    objects = {kind: dict(found) for kind, found in snapshot.objects.items()}
    objects[plural][name] = copy.deepcopy(objects[plural][name])
    change(objects[plural][name])
    return Snapshot(snapshot.namespace, objects)


def without(snapshot, plural, name):
    objects = {kind: dict(found) for kind, found in snapshot.objects.items()}
    del objects[plural][name]
    return Snapshot(snapshot.namespace, objects)


def set_path(*path):
    *parents, last, value = path

    def change(obj):
        for key in parents:
            obj = obj[key]
        obj[last] = value

    return change


def breached(obj):
    found = next(c for c in obj["status"]["conditions"] if c["type"] == "MinAvailableBreached")
    found["status"] = "True"


MISTAKES = [
    ("podcliquesets", NAME, set_path("status", "availableReplicas", 0), "availableReplicas"),
    ("podcliquesets", NAME, set_path("status", "observedGeneration", 7), "observedGeneration"),
    ("podcliquescalinggroups", GROUP, set_path("status", "scheduledReplicas", 1), "scheduled"),
    ("podcliquescalinggroups", GROUP, set_path("status", "selector", ""), "selector"),
    ("podcliquescalinggroups", GROUP, breached, "MinAvailableBreached"),
    ("podcliques", CLIQUE, set_path("status", "readyReplicas", 2), "readyReplicas"),
    ("podcliques", CLIQUE, set_path("spec", "minAvailable", 1), "minAvailable"),
    ("podcliques", CLIQUE, set_path("spec", "replicas", 4), "has 3 pods, not 4"),
    ("podcliques", CLIQUE, set_path("metadata", "labels", "grove.io/podgang", "x"), "podgang"),
    ("podcliques", CLIQUE, set_path("metadata", "finalizers", ["x"]), "finalizers"),
    ("podcliques", CLIQUE, breached, "MinAvailableBreached"),
    ("podcliques", CLIQUE, set_path("spec", "podSpec", "hostNetwork", True), "podSpec"),
    (
        "podcliques",
        CLIQUE,
        set_path("spec", "autoScalingConfig", {"maxReplicas": 1}),
        "autoScaling",
    ),
    ("podcliques", CLIQUE, set_path("metadata", "annotations", {"a": "b"}), "annotations"),
    ("podgangs", f"{NAME}-0", set_path("spec", "podgroups", []), "holds"),
    ("podgangs", f"{NAME}-0", set_path("status", "conditions", []), "Initialized"),
    ("podgangs", f"{NAME}-0", set_path("metadata", "annotations", {"a": "b"}), "annotations"),
    ("services", f"{NAME}-0", set_path("spec", "selector", {}), "service"),
    ("services", f"{NAME}-0", set_path("spec", "publishNotReadyAddresses", False), "publish"),
]


@pytest.mark.looptime
async def test_each_mistake_is_seen():
    snapshot = await right_snapshot()

    for plural, name, change, word in MISTAKES:
        found = violations(changed(snapshot, plural, name, change))

        assert any(word in line for line in found), (plural, name, word, found)


@pytest.mark.looptime
@pytest.mark.parametrize(
    "path",
    [
        ("spec", "hostname", "other"),
        ("spec", "subdomain", "other"),
        ("spec", "schedulingGates", [{"name": "grove.io/podgang-pending-creation"}]),
        ("metadata", "labels", "grove.io/podclique-pod-index", "9"),
        ("metadata", "labels", "grove.io/base-podgang", "other"),
        ("metadata", "ownerReferences", []),
    ],
    ids=lambda path: path[-2],
)
async def test_a_wrong_pod_is_seen(path):
    snapshot = await right_snapshot()
    name = next(pod for pod in snapshot.pods if pod.startswith(CLIQUE))

    assert violations(changed(snapshot, "pods", name, set_path(*path)))


@pytest.mark.looptime
@pytest.mark.parametrize(
    "plural", ["podcliques", "podcliquescalinggroups", "podgangs", "services", "pods"]
)
async def test_a_missing_object_is_seen(plural):
    snapshot = await right_snapshot()

    for name in snapshot.objects[plural]:
        assert violations(without(snapshot, plural, name)), name


@pytest.mark.looptime
async def test_surplus_objects_orphans_and_twins_are_seen():
    snapshot = await right_snapshot()
    pods = list(snapshot.pods_of(CLIQUE))
    twin = set_path("spec", "hostname", pods[0]["spec"]["hostname"])
    second = changed(snapshot, "pods", pods[1]["metadata"]["name"], twin)
    smaller = changed(snapshot, "podcliquesets", NAME, set_path("spec", "replicas", 0))
    orphaned = without(snapshot, "podcliquesets", NAME)

    assert any("2 live pods are called" in line for line in violations(second))
    assert any("should not exist" in line for line in violations(smaller))
    assert any("is an orphan" in line for line in violations(orphaned))


@pytest.mark.looptime
async def test_pods_of_an_older_template_are_seen():
    snapshot = await right_snapshot()
    container = snapshot.pods_of(CLIQUE)[0]["spec"]["containers"][0]
    image = set_path("spec", "containers", [{**container, "image": "nginx:0"}])
    name = snapshot.pods_of(CLIQUE)[0]["metadata"]["name"]

    assert list(outdated(snapshot)) == []
    assert list(outdated(changed(snapshot, "pods", name, image)))
