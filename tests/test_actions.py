"""Actions: what they would do, in words; what a mistake costs (nothing); one request each."""

import pytest

from grove_tui.actions import writes
from grove_tui.actions.apply import apply
from grove_tui.actions.deleting import count_of, deletion
from grove_tui.actions.manifests import ManifestError, parse_manifests, read_manifests
from grove_tui.actions.outcome import Outcome, clause, refused
from grove_tui.actions.reading import COVER, covered, to_yaml
from grove_tui.actions.scaling import MAX_REPLICAS, parse_replicas, scalable
from grove_tui.actions.target import Target
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESETS
from grove_tui.kube.client import Client
from grove_tui.kube.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)
from grove_tui.kube.resources import NODES, PODS, SERVICES
from grove_tui.reconcile.world import open_informers
from tests.builders import node, pod, podclique, podcliqueset, scaling_group
from tests.cluster import running_cluster

PART = {
    "app.kubernetes.io/part-of": "sim",
    "grove.io/podcliqueset-replica-index": "0",
}
TARGET = Target(PODCLIQUES, "default", "sim-0-worker", "uid-1")


def world_of(*objects):
    informers = open_informers(Client(None))  # type: ignore[arg-type]
    stores = {informer.resource.type: informer.store for informer in informers}
    for obj in objects:
        stores[type(obj)].put(obj)
    return informers.world


def member(name, group="sim-0-group", replicas=2):
    labels = {**PART, "grove.io/podcliquescalinggroup": group}
    return podclique(name, metadata={"labels": labels}, spec={"replicas": replicas})


# Scaling


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4", 4),
        (" 0 ", 0),
        ("", "Type the number of replicas."),
        ("two", "'two' is not a whole number."),
        ("1.5", "'1.5' is not a whole number."),
        ("-1", "There cannot be fewer than 0 replicas."),
        (str(MAX_REPLICAS), MAX_REPLICAS),
        ("99999999999", f"99999999999 is more than Kubernetes can count ({MAX_REPLICAS})."),
    ],
)
def test_a_number_of_replicas_or_what_is_wrong_with_it(text, expected):
    assert parse_replicas(text) == expected


def test_a_clique_is_scaled_by_pods():
    found = scalable(world_of(podclique()), "PodClique", "default", "sim-0-worker")

    assert found is not None
    assert (found.target.name, found.current, found.min_available) == ("sim-0-worker", 2, 2)
    assert found.effect(4) == "2 pods more."
    assert found.effect(1) == "1 pod fewer."
    assert found.effect(2) == "PodClique keeps its 2 replicas."
    assert found.warning(2) == ""
    assert "Below minAvailable 2" in found.warning(1)


def test_a_set_is_scaled_by_whole_copies():
    found = scalable(world_of(podcliqueset()), "PodCliqueSet", "default", "sim")

    assert found is not None
    assert found.effect(3) == "2 copies of the whole set more, which is 4 pods."


def test_a_clique_of_a_scaling_group_is_scaled_with_the_group():
    group = scaling_group(spec={"cliqueNames": ["leader", "worker"]})
    cliques = [member(f"sim-0-group-{i}-{name}") for i in range(2) for name in ("leader", "worker")]
    world = world_of(group, *cliques)

    found = scalable(world, "PodClique", "default", "sim-0-group-0-worker")

    assert found is not None
    assert found.target.name == "sim-0-group"
    assert "belongs to this scaling group" in found.note
    assert found.effect(3) == "1 group of leader + worker more, which is 4 pods."


def test_a_pod_stands_for_its_clique():
    labels = {**PART, "grove.io/podclique": "sim-0-worker"}
    world = world_of(podclique(), pod("p", labels=labels), pod("alone"))

    found = scalable(world, "Pod", "default", "p")
    assert found is not None
    assert found.target.name == "sim-0-worker"
    assert scalable(world, "Pod", "default", "alone") is None
    assert scalable(world, "Pod", "default", "none") is None
    assert scalable(world, "Node", "", "n") is None


# Deleting


def test_deleting_a_set_counts_everything_of_it():
    owned = [
        podclique("sim-0-worker", metadata={"labels": PART}),
        pod("a", labels=PART),
        pod("b", labels=PART),
    ]

    found = deletion(world_of(podcliqueset(), *owned), "PodCliqueSet", "default", "sim")

    assert found is not None
    assert found.lines[0] == "With it go 1 PodClique and 2 pods."


def test_deleting_a_pod_says_whether_the_gang_breaks():
    labels = {**PART, "grove.io/podclique": "sim-0-worker"}
    pods = [pod(name, phase="Running", ready=True, node="n", labels=labels) for name in "abc"]

    spare = deletion(world_of(podclique(), *pods), "Pod", "default", "a")
    scarce = deletion(world_of(podclique(), *pods[:2]), "Pod", "default", "a")

    assert spare is not None
    assert scarce is not None
    assert len(spare.lines) == 1
    assert "1 of minAvailable 2" in scarce.lines[1]
    assert "breached" in scarce.lines[1]


def test_a_deletion_of_nothing_is_none():
    world = world_of(node())

    assert deletion(world, "PodCliqueSet", "default", "none") is None
    assert deletion(world, "Node", "", "node-a") is None
    assert count_of(1, "pod") == "1 pod"


# What a refusal says


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NotFound(404, "NotFound", "x"), "PodClique sim-0-worker is gone; nothing was changed."),
        (
            Conflict(409, "Conflict", "x"),
            f"{TARGET} was replaced by another object of that name; nothing was changed.",
        ),
        (
            Forbidden(403, "Forbidden", "user u cannot update podcliques/scale."),
            "You may not scale PodClique sim-0-worker: user u cannot update podcliques/scale.",
        ),
        (
            Unreachable("timed out"),
            "No answer to the request to scale PodClique sim-0-worker: timed out.",
        ),
        (
            Invalid(422, "Invalid", "x", {"causes": [{"field": "spec.replicas", "message": "no"}]}),
            "The cluster did not scale PodClique sim-0-worker: spec.replicas: no.",
        ),
    ],
)
def test_a_refusal_is_one_sentence(error, sentence):
    assert refused("scale", TARGET, error) == Outcome(False, sentence)


def test_other_refusals_have_their_words():
    assert clause(Unauthorized(401, "", "x")) == (
        "the credentials were not accepted (401); log in again, or renew the kubeconfig"
    )
    busy = TooManyRequests(429, "", "x", {"retryAfterSeconds": 7})
    assert clause(busy) == "it is busy, try again in 7 s"


# Doing it


async def test_actions_are_for_the_object_with_that_uid():
    async with running_cluster() as cluster:
        body = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
        made = await cluster.client.create(PODS, body, "default")
        other = Target(PODS, "default", "p", "another-uid")

        refusal = await writes.delete(cluster.client, other)
        assert not refusal.ok
        assert "replaced by another object" in refusal.sentence
        assert cluster.object(PODS, "p") is not None

        done = await writes.delete(cluster.client, Target.of(PODS, made))
        assert done == Outcome(True, "Pod p is being deleted.")
        await cluster.until(lambda: cluster.object(PODS, "p") is None)


async def test_a_node_is_cordoned_and_let_in_again():
    async with running_cluster(nodes=1) as cluster:
        target = Target.of(NODES, cluster.objects(NODES)[0])

        assert (await writes.cordon(cluster.client, target, unschedulable=True)).ok
        assert cluster.objects(NODES)[0].spec.unschedulable
        assert (await writes.cordon(cluster.client, target, unschedulable=False)).ok
        assert not cluster.objects(NODES)[0].spec.unschedulable


async def test_a_pod_is_evicted():
    async with running_cluster() as cluster:
        body = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
        made = await cluster.client.create(PODS, body, "default")

        outcome = await writes.evict(cluster.client, Target.of(PODS, made))

        assert outcome.ok, outcome.sentence
        await cluster.until(lambda: cluster.object(PODS, "p") is None)


async def test_a_dry_run_that_fails_writes_nothing():
    text = """
apiVersion: v1
kind: Service
metadata: {name: good}
spec: {ports: [{port: 80}]}
---
apiVersion: grove.io/v1alpha1
kind: PodCliqueSet
metadata: {name: bad}
spec: {replicas: many}
"""
    async with running_cluster() as cluster:
        applied = await apply(cluster.client, parse_manifests(text, "x"), "default")

        assert not applied.ok
        assert applied.done == () or all("good" in name for name in applied.done)
        assert any(problem.field.startswith("spec") for problem in applied.problems)
        assert cluster.object(SERVICES, "good") is None
        assert cluster.objects(PODCLIQUESETS) == []


async def test_objects_of_a_namespace_in_the_same_file_are_applied_with_it():
    text = """
apiVersion: v1
kind: Namespace
metadata: {name: team}
---
apiVersion: v1
kind: Service
metadata: {name: front, namespace: team}
spec: {ports: [{port: 80}]}
"""
    async with running_cluster() as cluster:
        applied = await apply(cluster.client, parse_manifests(text, "x"), "default")

        assert applied.problems == ()
        assert cluster.object(SERVICES, "front", "team") is not None


# Manifests


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "x is not YAML, line"),
        ("- 1", "x, line 1: this is no Kubernetes object but a list"),
        ("just text", "x, line 1: this is no Kubernetes object but a single value"),
        ("kind: A", "x, line 1: apiVersion is missing"),
        ("apiVersion: v1", "x, line 1: kind is missing"),
        ("apiVersion: v1\nkind: A", "x, line 1: metadata.name is missing"),
        (
            "apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\nkind: B",
            "x, line 5: apiVersion is missing",
        ),
    ],
)
def test_a_manifest_that_is_none_is_one_sentence_with_its_line(text, words):
    with pytest.raises(ManifestError) as caught:
        parse_manifests(text, "x")

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_lists_and_empty_documents_are_understood():
    text = """---
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: A, metadata: {name: a}}
- {apiVersion: v1, kind: B, metadata: {name: b, namespace: n}}
"""

    first, second = parse_manifests(text, "x")

    assert (first.kind, first.name, first.namespace) == ("A", "a", "")
    assert (second.kind, second.namespace) == ("B", "n")


def test_files_that_cannot_be_read_are_one_sentence(tmp_path):
    empty = tmp_path / "empty.yaml"
    empty.write_text("# nothing\n")
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")

    for path, words in [
        (tmp_path / "none", "There is no file"),
        (tmp_path, "is a folder"),
        (empty, "holds no object"),
        (binary, "is not text in UTF-8"),
    ]:
        with pytest.raises(ManifestError, match=words):
            read_manifests(path)


# Reading


def test_secrets_and_environments_are_covered_wherever_they_are():
    env = [{"name": "A", "value": "s3cret"}, {"name": "B", "valueFrom": {"x": "y"}}]
    body = {
        "kind": "PodClique",
        "metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "s3cret"}},
        "spec": {"podSpec": {"containers": [{"name": "c", "env": env}]}},
    }
    secret = {"kind": "Secret", "data": {"token": "s3cret"}, "stringData": {"p": "s3cret"}}

    text = to_yaml(covered(body)) + to_yaml(covered(secret))

    assert "s3cret" not in text
    assert text.count(COVER) == 4
    assert "valueFrom" in text


def test_texts_of_several_lines_are_written_as_such():
    assert to_yaml({"a": "x\ny\n", "b": "1"}) == "a: |\n  x\n  y\nb: '1'\n"
