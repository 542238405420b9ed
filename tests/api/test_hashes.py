"""Hashes change exactly when pods must be replaced, and may stand in a label."""

import copy
import re

import pytest

from grove_tui.api.defaults import default
from grove_tui.api.hashes import generation_hash, pod_template_hash
from tests.api.manifests import clique, manifest, podcliqueset


def both(obj):
    template = obj["spec"]["template"]
    pod_hash = pod_template_hash(template["cliques"][0], template.get("priorityClassName", ""))
    return pod_hash, generation_hash(obj["spec"])


def test_hash_is_label_safe():
    assert re.fullmatch(r"[bcdfghjklmnpqrstvwxz2456789]{10}", both(manifest())[0])


def test_order_of_keys_is_irrelevant():
    obj = manifest(clique("w"))
    pod_spec = obj["spec"]["template"]["cliques"][0]["spec"]["podSpec"]
    turned = copy.deepcopy(obj)
    turned_spec = turned["spec"]["template"]["cliques"][0]["spec"]
    turned_spec["podSpec"] = {
        "containers": [dict(reversed(c.items())) for c in pod_spec["containers"]]
    }

    assert both(turned) == both(obj)


def test_struct_and_json_hash_alike():
    obj, struct = manifest(clique("w")), podcliqueset(clique("w"))

    assert pod_template_hash(struct.spec.template.cliques[0], "") == both(obj)[0]
    assert generation_hash(struct.spec) == both(obj)[1]


def test_defaulting_does_not_change_the_hash():
    assert both(default(manifest())) == both(manifest())


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t["cliques"][0]["spec"].update(replicas=7),
        lambda t: t["cliques"][0]["spec"].update(minAvailable=1),
        lambda t: t.update(terminationDelay="10s"),
        lambda t: t.update(cliqueStartupType="CliqueStartupTypeInOrder"),
        lambda t: t["cliques"][0].update(annotations={"grove.io/topology-name": "t"}),
    ],
)
def test_what_pods_do_not_see_is_not_hashed(change):
    obj = manifest()
    changed = copy.deepcopy(obj)
    change(changed["spec"]["template"])

    assert both(changed) == both(obj)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t["cliques"][0]["spec"]["podSpec"]["containers"][0].update(image="other"),
        lambda t: t["cliques"][0].update(labels={"a": "b"}),
        lambda t: t["cliques"][0].update(annotations={"a": "b"}),
        lambda t: t.update(priorityClassName="high"),
    ],
)
def test_what_pods_see_is_hashed(change):
    obj = manifest()
    changed = copy.deepcopy(obj)
    change(changed["spec"]["template"])

    assert both(changed)[0] != both(obj)[0]
    assert both(changed)[1] != both(obj)[1]


def test_order_of_cliques_matters_to_the_set_only():
    one, two = clique("a"), clique("b")
    two["labels"] = {"role": "b"}

    assert generation_hash(manifest(one, two)["spec"]) != generation_hash(
        manifest(two, one)["spec"]
    )
