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


def naming_guide() -> Json:
    """The naming guide's workload: a frontend beside prefill twice and decode once."""
    return podcliqueset(
        "mn-disagg",
        clique("frontend", 2),
        clique("pleader", 1),
        clique("pworker", 3),
        clique("dleader", 1),
        clique("dworker", 2),
        podCliqueScalingGroups=[
            {"name": "prefill", "cliqueNames": ["pleader", "pworker"], "replicas": 2},
            {"name": "decode", "cliqueNames": ["dleader", "dworker"]},
        ],
    )


def standalone_environment_demo() -> Json:
    """The environment guide's single clique; it tells one of Grove's variables itself."""
    frontend = clique("frontend", 2)
    [container] = frontend["spec"]["podSpec"]["containers"]
    container["env"] = [
        {"name": "GROVE_PCS_NAME", "value": "mine"},
        {"name": "OWN", "value": "kept"},
    ]
    return podcliqueset("env-demo-standalone", frontend)


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
