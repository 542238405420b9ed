"""Labels of everything that belongs to a PodCliqueSet, their selectors, and reading them back."""

from collections.abc import Mapping

from grove_tui.api import names
from grove_tui.api.constants import (
    ANNOTATION_DOMAIN,
    COMPONENT_HPA,
    COMPONENT_PCLQ,
    COMPONENT_PCSG,
    COMPONENT_PCSG_PCLQ,
    COMPONENT_PODGANG,
    COMPONENT_SERVICE,
    DEFAULT_SCHEDULER,
    LABEL_BASE_PODGANG,
    LABEL_COMPONENT,
    LABEL_MANAGED_BY,
    LABEL_NAME,
    LABEL_PART_OF,
    LABEL_PCS_REPLICA_INDEX,
    LABEL_PCSG,
    LABEL_PCSG_REPLICA_INDEX,
    LABEL_POD_INDEX,
    LABEL_POD_TEMPLATE_HASH,
    LABEL_PODCLIQUE,
    LABEL_PODGANG,
    LABEL_SCHEDULER_NAME,
    MANAGED_BY,
)

Labels = dict[str, str]


def managed(pcs: str) -> Labels:
    """Return the labels that every managed object of a PodCliqueSet carries."""
    return {LABEL_MANAGED_BY: MANAGED_BY, LABEL_PART_OF: pcs}


def component(pcs: str, name: str, kind: str) -> Labels:
    """Return the labels of a managed object with an app name and a component."""
    return managed(pcs) | {LABEL_NAME: names.label_value(name), LABEL_COMPONENT: kind}


def service(pcs: str, replica: int) -> Labels:
    """Return the labels of one replica's headless Service."""
    labels = component(pcs, names.service_name(pcs, replica), COMPONENT_SERVICE)
    return labels | {LABEL_PCS_REPLICA_INDEX: str(replica)}


def hpa(pcs: str, target: str) -> Labels:
    """Return the labels of the HorizontalPodAutoscaler of a PodClique or scaling group."""
    return component(pcs, names.hpa_name(target), COMPONENT_HPA)


def podgang(pcs: str, pcs_labels: Mapping[str, str], scheduler: str = DEFAULT_SCHEDULER) -> Labels:
    """Return a PodGang's labels: the set's own, except Grove's keys, and the managed ones."""
    inherited = {k: v for k, v in pcs_labels.items() if not k.startswith(ANNOTATION_DOMAIN)}
    own = {LABEL_COMPONENT: COMPONENT_PODGANG, LABEL_SCHEDULER_NAME: scheduler}
    return inherited | managed(pcs) | own


def podgang_annotations(pcs_annotations: Mapping[str, str]) -> Labels:
    """Return a PodGang's annotations: the set's own, except Grove's keys."""
    return {k: v for k, v in pcs_annotations.items() if not k.startswith(ANNOTATION_DOMAIN)}


def scaling_group(pcs: str, replica: int, group: str) -> Labels:
    """Return the labels of a PodCliqueScalingGroup."""
    name = names.scaling_group_name(pcs, replica, group)
    return component(pcs, name, COMPONENT_PCSG) | {LABEL_PCS_REPLICA_INDEX: str(replica)}


def podclique(
    pcs: str,
    replica: int,
    clique: str,
    *,
    template_labels: Mapping[str, str],
    template_hash: str,
) -> Labels:
    """Return the labels of the PodClique of a clique that is in no scaling group.

    The template's labels have the lowest precedence.
    """
    name = names.podclique_name(pcs, replica, clique)
    return {
        **template_labels,
        **component(pcs, name, COMPONENT_PCLQ),
        LABEL_PCS_REPLICA_INDEX: str(replica),
        LABEL_PODGANG: names.base_podgang_name(pcs, replica),
        LABEL_POD_TEMPLATE_HASH: template_hash,
    }


def member_podclique(
    pcs: str,
    replica: int,
    member: tuple[str, int, str],
    *,
    min_available: int,
    template_labels: Mapping[str, str],
    template_hash: str,
) -> Labels:
    """Return the labels of a PodClique in a scaling group.

    Args:
        pcs: Name of the PodCliqueSet.
        replica: Replica of the PodCliqueSet.
        member: Name of the group in the template, replica of the group, name of the clique.
        min_available: The group's minAvailable; replicas from it on belong to scaled gangs.
        template_labels: Labels of the clique's template; lowest precedence.
        template_hash: Hash of the pod template.
    """
    group, index, clique = member
    name = names.member_podclique_name(pcs, replica, group, index, clique)
    labels = {
        **template_labels,
        **component(pcs, name, COMPONENT_PCSG_PCLQ),
        LABEL_PCS_REPLICA_INDEX: str(replica),
        LABEL_PCSG: names.scaling_group_name(pcs, replica, group),
        LABEL_PCSG_REPLICA_INDEX: str(index),
        LABEL_PODGANG: names.member_podgang_name(pcs, replica, group, index, min_available),
        LABEL_POD_TEMPLATE_HASH: template_hash,
    }
    if index >= min_available:
        labels[LABEL_BASE_PODGANG] = names.base_podgang_name(pcs, replica)
    return labels


def pod(podclique_name: str, podclique_labels: Mapping[str, str], pod_index: int) -> Labels:
    """Return a pod's labels: everything on its PodClique, which clique and which pod of it."""
    own = {LABEL_PODCLIQUE: podclique_name, LABEL_POD_INDEX: str(pod_index)}
    return {**podclique_labels, **own}


# Selectors


def selector(labels: Mapping[str, str]) -> str:
    """Return a label selector in its query form; keys sorted, so equal labels give equal text."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def podcliqueset_selector(pcs: str) -> Labels:
    """Select everything that is managed for a PodCliqueSet."""
    return managed(pcs)


def replica_selector(pcs: str, replica: int) -> Labels:
    """Select what belongs to one replica of a PodCliqueSet."""
    return managed(pcs) | {LABEL_PCS_REPLICA_INDEX: str(replica)}


def podclique_selector(pcs: str, podclique_name: str) -> Labels:
    """Select the pods of a PodClique."""
    return managed(pcs) | {LABEL_PODCLIQUE: podclique_name}


def scaling_group_selector(pcs: str, group_name: str) -> Labels:
    """Select what belongs to a PodCliqueScalingGroup."""
    return managed(pcs) | {LABEL_PCSG: group_name}


def scaling_group_replica_selector(pcs: str, group_name: str, index: int) -> Labels:
    """Select what belongs to one replica of a PodCliqueScalingGroup."""
    return scaling_group_selector(pcs, group_name) | {LABEL_PCSG_REPLICA_INDEX: str(index)}


# Reading


def is_managed(labels: Mapping[str, str]) -> bool:
    """Tell whether the Grove reconciler manages the object."""
    return labels.get(LABEL_MANAGED_BY) == MANAGED_BY


def part_of(labels: Mapping[str, str]) -> str:
    """Return the PodCliqueSet that an object belongs to, or an empty string."""
    return labels.get(LABEL_PART_OF, "") if is_managed(labels) else ""


def pcs_replica_index(labels: Mapping[str, str]) -> int | None:
    """Return the PodCliqueSet replica that an object belongs to."""
    return names.parse_index(labels.get(LABEL_PCS_REPLICA_INDEX))


def pcsg_replica_index(labels: Mapping[str, str]) -> int | None:
    """Return the scaling-group replica that an object belongs to."""
    return names.parse_index(labels.get(LABEL_PCSG_REPLICA_INDEX))


def pod_index(labels: Mapping[str, str]) -> int | None:
    """Return a pod's index in its PodClique."""
    return names.parse_index(labels.get(LABEL_POD_INDEX))
