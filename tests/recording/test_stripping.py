"""No value of an environment variable and nothing else that is secret survives the stripping."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from grove_tui.cluster.stripping import COVER, LAST_APPLIED, stripped

SECRET = "hunter2-hunter2"
names = st.text("abcdefgh", min_size=1, max_size=6)
secrets = st.just(SECRET) | st.text("abc", max_size=3).map(lambda text: f"{SECRET}{text}")
variables = st.fixed_dictionaries({"name": names, "value": secrets})
odd_variables = st.lists(st.dictionaries(names, secrets, max_size=2), max_size=2) | secrets
containers = st.fixed_dictionaries(
    {"name": names, "env": st.lists(variables | odd_variables, max_size=3) | odd_variables},
    optional={
        "envFrom": st.lists(st.dictionaries(names, secrets), max_size=2),
        "livenessProbe": st.fixed_dictionaries(
            {"httpGet": st.fixed_dictionaries({"httpHeaders": st.lists(variables, max_size=2)})}
        ),
    },
)
pod_specs = st.fixed_dictionaries(
    {"containers": st.lists(containers, max_size=3)},
    optional={
        "initContainers": st.lists(containers, max_size=2),
        "ephemeralContainers": st.lists(containers, max_size=2),
    },
)


def manifests_of(pod_spec: dict[str, Any]) -> dict[str, Any]:
    copy = json.dumps({"spec": pod_spec})
    return {
        "metadata": {"name": "x", "annotations": {LAST_APPLIED: copy, "other/copy": copy}},
        "spec": {"template": {"cliques": [{"spec": {"podSpec": pod_spec}}]}},
        "data": {"password": SECRET},
    }


@given(pod_specs)
def test_no_value_of_any_environment_survives(pod_spec):
    manifest = manifests_of(pod_spec)

    assert SECRET not in json.dumps(stripped(manifest))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text("abc:=", max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    )
)
def test_what_is_not_secret_is_unchanged(value):
    assert stripped(value) == value


def test_names_of_variables_and_references_stay():
    reference = {"secretKeyRef": {"name": "tokens", "key": "hf"}}
    container = {
        "env": [{"name": "A", "value": SECRET}, {"name": "B", "valueFrom": reference}],
    }

    assert stripped(container) == {
        "env": [{"name": "A", "value": COVER}, {"name": "B", "valueFrom": reference}]
    }


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        (["--token=abc", "--port=80"], [f"--token={COVER}", "--port=80"]),
        (["--api-key", "abc", "run"], ["--api-key", COVER, "run"]),
        (["sh", "-c", "HF_TOKEN=abc exec serve"], ["sh", "-c", f"HF_TOKEN={COVER} exec serve"]),
        (["--podcliques=a:2", "--max-tokens", "5"], ["--podcliques=a:2", "--max-tokens", COVER]),
    ],
)
def test_arguments_that_look_like_credentials_are_covered(arguments, left):
    assert stripped({"args": arguments, "command": arguments}) == {"args": left, "command": left}
