"""Names of everything that belongs to a PodCliqueSet, built and taken apart.

A name is built from its parts by one function each. Taking a name apart always uses the parts that
labels already give (set, replica index, scaling group) as exact prefixes: clique names may contain
dashes and digits, so neither the end of a name nor "the first number in it" identifies anything.
"""

import re
from functools import lru_cache

CLUSTER_DOMAIN = "svc.cluster.local"
"""The Grove API fixes the cluster domain; hostnames handed to pods contain it."""


def base_podgang_name(pcs: str, replica: int) -> str:
    """Return the name of the gang that holds the minimum of one PodCliqueSet replica."""
    return f"{pcs}-{replica}"


def service_name(pcs: str, replica: int) -> str:
    """Return the name of the headless Service, and the subdomain of the pods, of one replica."""
    return f"{pcs}-{replica}"


def podclique_name(pcs: str, replica: int, clique: str) -> str:
    """Return the name of the PodClique of a clique that is in no scaling group."""
    return f"{pcs}-{replica}-{clique}"


def scaling_group_name(pcs: str, replica: int, group: str) -> str:
    """Return the name of a PodCliqueScalingGroup."""
    return f"{pcs}-{replica}-{group}"


def member_podclique_name(pcs: str, replica: int, group: str, index: int, clique: str) -> str:
    """Return the name of the PodClique of a clique in replica `index` of a scaling group."""
    return f"{pcs}-{replica}-{group}-{index}-{clique}"


def scaled_podgang_name(pcs: str, replica: int, group: str, index: int, min_available: int) -> str:
    """Return the gang of a scaling-group replica beyond the minimum.

    Scaled gangs are numbered from 0, so the one of replica `min_available` ends in `-0`.
    """
    return f"{pcs}-{replica}-{group}-{index - min_available}"


def member_podgang_name(pcs: str, replica: int, group: str, index: int, min_available: int) -> str:
    """Return the gang of any scaling-group replica: the base gang up to the minimum."""
    if index < min_available:
        return base_podgang_name(pcs, replica)
    return scaled_podgang_name(pcs, replica, group, index, min_available)


def topology_group_config_name(pcs: str, replica: int, group: str, index: int) -> str:
    """Return the name of the topology group of a scaling-group replica inside the base gang."""
    return f"{pcs}-{replica}-{group}-{index}"


def hpa_name(target: str) -> str:
    """Return the name of the HorizontalPodAutoscaler of a PodClique or scaling group."""
    return target


def pod_generate_name(podclique: str) -> str:
    """Return the prefix to which the API server appends a pod's random suffix."""
    return f"{podclique}-"


def pod_hostname(podclique: str, pod_index: int) -> str:
    """Return the stable hostname of a pod."""
    return f"{podclique}-{pod_index}"


def headless_service_address(pcs: str, replica: int, namespace: str) -> str:
    """Return the DNS name of one replica's headless Service."""
    return f"{service_name(pcs, replica)}.{namespace}.{CLUSTER_DOMAIN}"


def pod_address(podclique: str, pod_index: int, service: str, namespace: str) -> str:
    """Return the DNS name of a pod."""
    return f"{pod_hostname(podclique, pod_index)}.{service}.{namespace}.{CLUSTER_DOMAIN}"


def service_account_name(pcs: str) -> str:
    """Return the ServiceAccount whose token start-up ordering uses."""
    return pcs


def role_name(pcs: str) -> str:
    """Return the name of both the Role and the RoleBinding of a PodCliqueSet."""
    return f"grove.io:pcs:{pcs}"


def token_secret_name(pcs: str) -> str:
    """Return the Secret that holds the ServiceAccount's token."""
    return f"{pcs}-ic-sat"


def resource_claim_name(owner: str, template: str, index: int | None = None) -> str:
    """Return the name of a shared ResourceClaim; without `index` all replicas share one."""
    return f"{owner}-{'all' if index is None else index}-{template}"


def label_value(name: str) -> str:
    """Return `name` as a label value; role names contain colons, which labels cannot."""
    return name.replace(":", "-")


def clique_of_podclique(podclique: str, pcs: str, replica: int) -> str | None:
    """Return the clique that a standalone PodClique was made from.

    Args:
        podclique: Name of the PodClique.
        pcs: Name of the PodCliqueSet, from the part-of label.
        replica: Index from the replica-index label.

    Returns:
        The clique's name, or None when the name is not of that PodCliqueSet replica.
    """
    return _after(podclique, f"{pcs}-{replica}-")


def clique_of_member(podclique: str, scaling_group: str, index: int) -> str | None:
    """Return the clique that a scaling group's PodClique was made from.

    Args:
        podclique: Name of the PodClique.
        scaling_group: Full name of the group, from the scaling-group label.
        index: Index from the scaling-group replica-index label.
    """
    return _after(podclique, f"{scaling_group}-{index}-")


def group_of_scaling_group(scaling_group: str, pcs: str, replica: int) -> str | None:
    """Return the name in the template of a PodCliqueScalingGroup of that PodCliqueSet replica."""
    return _after(scaling_group, f"{pcs}-{replica}-")


def pod_index_of_hostname(hostname: str, podclique: str) -> int | None:
    """Return the pod index in a hostname, or None when it is not a pod of that PodClique."""
    index = _after(hostname, f"{podclique}-")
    return parse_index(index) if index is not None else None


def podclique_of_pod(pod: str) -> str | None:
    """Return the PodClique that a pod's name stands for; for pods known only by reference.

    A pod object says it by its label, which is to be preferred.
    """
    podclique, dash, suffix = pod.rpartition("-")
    return podclique if dash and podclique and suffix else None


def replica_of_podgang(podgang: str, pcs: str) -> int | None:
    """Return the PodCliqueSet replica that a base or scaled gang belongs to.

    PodGangs carry no replica-index label, so this is the one index that only a name gives. It
    stands right after the set's own name, where nothing else can.
    """
    rest = _after(podgang, f"{pcs}-")
    return parse_index(rest.split("-", 1)[0]) if rest else None


@lru_cache(maxsize=4096)
def parse_index(text: str | None) -> int | None:
    """Return a replica or pod index written as a label or name writes it, else None."""
    if text is None or not _INDEX.fullmatch(text):
        return None
    return int(text)


_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


def _after(name: str, prefix: str) -> str | None:
    return name[len(prefix) :] if name.startswith(prefix) and len(name) > len(prefix) else None
