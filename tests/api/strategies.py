"""JSON of any shape, and valid manifests with something of any shape put in somewhere."""

import copy
from typing import Any

from hypothesis import strategies as st

from tests.api.manifests import clique, manifest, scaling_group

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["a", "b", "CliqueStartupTypeExplicit", "4h", "\x00", "\ud800", "a" * 70])
)
any_json = st.recursive(
    scalars,
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(["name", "spec"]), children)
    ),
    max_leaves=8,
)


def full() -> dict[str, Any]:
    """A valid manifest in which every rule has something to look at."""
    sharing = {"name": "gpu", "scope": "PerReplica"}
    requests = {"spec": {"devices": {"requests": [{"name": "g"}]}}}
    main = {"name": "main", "image": "i", "env": [{"name": "A", "value": "1"}]}
    one = clique(
        "a",
        autoScalingConfig={"minReplicas": 2, "maxReplicas": 4, "metrics": [{"type": "Resource"}]},
        podSpec={
            "containers": [main],
            "initContainers": [{"name": "i"}],
            "nodeSelector": {"a": "b"},
        },
    )
    two = clique("b", startsAfter=["a"], minAvailable=1)
    two |= {"labels": {"x": "y"}, "annotations": {"x": "y"}, "resourceSharing": [sharing]}
    group = scaling_group(
        "g",
        ("b",),
        replicas=2,
        scaleConfig={"minReplicas": 1, "maxReplicas": 3},
        resourceSharing=[sharing | {"filter": {"childCliqueNames": ["b"]}}],
    )
    obj = manifest(
        one,
        two,
        groups=(group,),
        metadata={"labels": {"a": "b"}, "annotations": {"grove.io/mnnvl-group": "none"}},
        cliqueStartupType="CliqueStartupTypeExplicit",
        terminationDelay="30s",
        headlessServiceConfig={"publishNotReadyAddresses": True},
        resourceClaimTemplates=[{"name": "gpu", "templateSpec": requests}],
        resourceSharing=[sharing | {"filter": {"childScalingGroupNames": ["g"]}}],
    )
    obj["spec"]["updateStrategy"] = {"type": "OnDelete"}
    return obj


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A manifest in which up to three places hold something else, or nothing."""
    obj: Any = full()
    for _ in range(draw(st.integers(1, 3))):
        obj = _mutate(draw, obj)
    return obj


def _mutate(draw: st.DrawFn, obj: Any) -> Any:
    root = [copy.deepcopy(obj)]
    holder: Any = root
    key: Any = 0
    while isinstance(holder[key], dict | list) and holder[key] and draw(st.integers(0, 5)):
        holder = holder[key]
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = draw(st.sampled_from(keys))
    if holder is not root and draw(st.booleans()):
        del holder[key]
    else:
        holder[key] = draw(any_json)
    return root[0]
