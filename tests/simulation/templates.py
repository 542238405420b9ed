"""The PodCliqueSets of the simulation: few, small, and together everything the API can say."""

from collections.abc import Callable, Mapping

from tests.contract.snapshot import Json


def _clique(name: str, replicas: int, minimum: int | None = None, **spec: object) -> Json:
    container = {
        "name": "main",
        "image": "app:1",
        "resources": {"requests": {"cpu": "1", "memory": "1Gi"}},
    }
    body: Json = {
        "roleName": name,
        "replicas": replicas,
        "podSpec": {
            "tolerations": [{"key": "fake-node", "operator": "Exists"}],
            "containers": [container],
        },
        **spec,
    }
    if minimum is not None:
        body["minAvailable"] = minimum
    return {"name": name, "spec": body}


def _spec(replicas: int, cliques: list[Json], **template: object) -> Json:
    return {
        "replicas": replicas,
        "template": {"terminationDelay": "12s", "cliques": cliques, **template},
    }


def flat() -> Json:
    """Two cliques, one with room to lose pods; names that are suffixes of one another."""
    return _spec(2, [_clique("w", 2), _clique("big-w", 3, 1)])


def grouped() -> Json:
    """A scaling group with slack beside a standalone clique that is autoscaled."""
    scaling = {"minReplicas": 1, "maxReplicas": 6}
    return _spec(
        1,
        [_clique("front", 2, 1, autoScalingConfig=scaling), _clique("lead", 1), _clique("work", 2)],
        podCliqueScalingGroups=[
            {
                "name": "inst",
                "cliqueNames": ["lead", "work"],
                "replicas": 2,
                "minAvailable": 1,
                "scaleConfig": {"minReplicas": 1, "maxReplicas": 5},
            }
        ],
    )


def ordered() -> Json:
    """Cliques that start one after the other, in and out of a group without slack."""
    return _spec(
        1,
        [_clique("a", 1), _clique("b", 2), _clique("c", 1)],
        cliqueStartupType="CliqueStartupTypeInOrder",
        podCliqueScalingGroups=[
            {"name": "g", "cliqueNames": ["b", "c"], "replicas": 2, "minAvailable": 2}
        ],
    )


TEMPLATES: Mapping[str, Callable[[], Json]] = {"flat": flat, "grp": grouped, "ord": ordered}
