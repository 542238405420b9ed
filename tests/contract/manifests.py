"""PodCliqueSets that the user guide describes beside its examples, and some of our own."""

from tests.contract.snapshot import Json

TOLERATION = {"key": "fake-node", "operator": "Exists", "effect": "NoSchedule"}


def clique(name: str, replicas: int, *, cpu: str = "10m", **spec: object) -> Json:
    """A clique of one-container pods; further fields are its spec's."""
    container = {
        "name": name,
        "image": "nginx:1",
        "resources": {"requests": {"cpu": cpu, "memory": "32Mi"}},
    }
    pod_spec = {"tolerations": [TOLERATION], "containers": [container]}
    body = {"roleName": name, "replicas": replicas, "podSpec": pod_spec, **spec}
    return {"name": name, "spec": body}


def podcliqueset(name: str, *cliques: Json, replicas: int = 1, **template: object) -> Json:
    """A set of these cliques; further fields are its template's."""
    return {
        "metadata": {"name": name},
        "spec": {"replicas": replicas, "template": {"cliques": list(cliques), **template}},
    }


def quick_start() -> Json:
    """Four cliques, two of them in a scaling group; one clique and the group are autoscaled."""
    metrics = [
        {
            "type": "Resource",
            "resource": {
                "name": "cpu",
                "target": {"type": "Utilization", "averageUtilization": 80},
            },
        }
    ]
    return podcliqueset(
        "simple1",
        clique("pca", 3, autoScalingConfig={"maxReplicas": 5, "metrics": metrics}),
        clique("pcb", 2),
        clique("pcc", 2),
        clique("pcd", 2),
        podCliqueScalingGroups=[
            {"name": "sga", "cliqueNames": ["pcb", "pcc"], "scaleConfig": {"maxReplicas": 6}}
        ],
    )


def environment_demo() -> Json:
    """The environment guide's scaling group: two instances of a leader and three workers."""
    return podcliqueset(
        "env-demo-pcsg",
        clique("leader", 1),
        clique("worker", 3),
        podCliqueScalingGroups=[
            {"name": "inst", "cliqueNames": ["leader", "worker"], "replicas": 2}
        ],
    )
