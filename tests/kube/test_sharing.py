"""Sharing changes where parts of objects are kept, and nothing else."""

import msgspec
from hypothesis import given, strategies as st

from grove_tui.api.objects import PODCLIQUES
from grove_tui.kube.objects import JSON, Pod
from grove_tui.kube.resources import NODES, PODS, Resource
from grove_tui.kube.sharing import MAX_PARTS, Sharer

WORDS = st.sampled_from(["", "a", "b", "2026-01-01T00:00:00Z"])
TIMES = st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"])
MAPS = st.dictionaries(WORDS, WORDS, max_size=3)
CONDITIONS = st.lists(
    st.fixed_dictionaries(
        {"type": WORDS, "status": WORDS, "message": WORDS, "lastTransitionTime": TIMES}
    ),
    max_size=2,
)
CONTAINERS = st.lists(
    st.fixed_dictionaries(
        {
            "name": WORDS,
            "args": st.lists(WORDS, max_size=2),
            "resources": st.fixed_dictionaries({"requests": MAPS, "limits": MAPS}),
        }
    ),
    max_size=2,
)
BODIES = st.fixed_dictionaries(
    {
        "metadata": st.fixed_dictionaries(
            {
                "name": WORDS,
                "labels": MAPS,
                "ownerReferences": st.lists(st.fixed_dictionaries({"uid": WORDS}), max_size=2),
                "finalizers": st.lists(WORDS, max_size=2),
            }
        ),
        "spec": st.fixed_dictionaries(
            {"nodeName": WORDS, "nodeSelector": MAPS, "containers": CONTAINERS}
        ),
        "status": st.fixed_dictionaries({"phase": WORDS, "conditions": CONDITIONS}),
    }
)


def body(name: str, *, second: int = 0) -> JSON:
    time = f"2026-01-01T00:00:0{second}Z"
    return {
        "metadata": {
            "name": name,
            "labels": {"grove.io/podclique": "sim-0-worker", "own": name},
            "ownerReferences": [{"kind": "PodClique", "name": "sim-0-worker", "uid": "u"}],
        },
        "spec": {
            "containers": [{"name": "main", "resources": {"requests": {"cpu": "1"}}}],
            "tolerations": [{"key": "fake-node", "operator": "Exists"}],
        },
        "status": {
            "conditions": [
                {"type": "Ready", "status": "True", "lastTransitionTime": time},
                {"type": "PodScheduled", "status": "True"},
            ]
        },
    }


def decoded(obj: JSON, resource: Resource[Pod] = PODS) -> Pod:
    return resource.decode(msgspec.json.encode(obj))


@given(st.lists(BODIES, max_size=6))
def test_a_shared_object_is_equal_to_what_was_decoded(bodies):
    sharer = Sharer()
    like: Pod | None = None
    for obj in bodies:
        like = sharer.share(decoded(obj), like)

        assert like == decoded(obj)
        assert msgspec.json.encode(like) == msgspec.json.encode(decoded(obj))


@given(st.lists(BODIES, min_size=1, max_size=6))
def test_what_was_shared_before_never_changes(bodies):
    sharer = Sharer()
    kept = [sharer.share(decoded(obj)) for obj in bodies]

    assert kept == [decoded(obj) for obj in bodies]


def test_pods_of_one_template_keep_its_parts_once():
    sharer = Sharer()
    one, other = (sharer.share(decoded(body(name))) for name in ("a", "b"))

    assert one.spec.containers is other.spec.containers
    assert one.spec.tolerations is other.spec.tolerations
    assert one.metadata.owner_references is other.metadata.owner_references
    assert one.status.conditions is other.status.conditions
    label = "grove.io/podclique"
    assert one.metadata.labels[label] is other.metadata.labels[label]


def test_parts_that_differ_share_what_is_equal_in_them():
    sharer = Sharer()
    one, other = (sharer.share(decoded(body("a", second=second))) for second in (0, 1))

    assert one.status.conditions[0] != other.status.conditions[0]
    assert one.status.conditions[1] is other.status.conditions[1]


def test_a_new_version_keeps_the_sections_that_did_not_change():
    sharer = Sharer()
    before = sharer.share(decoded(body("a")))
    sharer.forget()
    after = sharer.share(decoded(body("a", second=1)), before)

    assert after.spec is before.spec
    assert after.metadata is before.metadata
    assert after.status != before.status


def test_equal_texts_of_different_kinds_of_parts_stay_apart():
    node = {"status": {"addresses": [{"type": "x"}], "conditions": [{"type": "x"}]}}
    shared = Sharer().share(NODES.decode(msgspec.json.encode(node)))

    assert shared == NODES.decode(msgspec.json.encode(node))


def test_pod_templates_that_are_plain_json_are_kept_once():
    sharer = Sharer()
    clique = {"spec": {"podSpec": {"containers": [{"name": "main"}]}}}
    data = msgspec.json.encode(clique)
    one, other = (sharer.share(PODCLIQUES.decode(data)) for _ in range(2))

    assert one.spec.pod_spec is other.spec.pod_spec


def test_it_remembers_no_more_than_it_may():
    sharer = Sharer()
    for number in range(MAX_PARTS // 2):
        sharer.share(decoded({"spec": {"nodeName": f"n{number}", "subdomain": f"s{number}"}}))
        sharer.share(decoded({"status": {"hostIP": f"h{number}"}}))

    assert len(sharer) <= MAX_PARTS + 100
