"""What the children of a PodCliqueSet look like, prepared once per generation of the set.

Everything that all replicas have in common (hashes, pod specs, environment) is computed here once;
the bodies of single children share it and must not be changed.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import msgspec
from msgspec.structs import replace

from grove_tui.api import labels, names
from grove_tui.api.composition import (
    member_cliques,
    standalone_cliques,
    template_min_available,
    template_pods,
    template_replicas,
    with_minimums,
)
from grove_tui.api.constants import (
    ENV_PCSG_INDEX,
    ENV_PCSG_NAME,
    ENV_PCSG_TEMPLATE_NUM_PODS,
    LABEL_PCSG,
    LABEL_PCSG_REPLICA_INDEX,
)
from grove_tui.api.hashes import generation_hash, pod_template_hash
from grove_tui.api.objects import (
    PODCLIQUES,
    PODCLIQUESCALINGGROUPS,
    PODCLIQUESETS,
    AutoScalingConfig,
    PodCliqueScalingGroup,
    PodCliqueSet,
    PodCliqueTemplate,
    ScalingGroupConfig,
)
from grove_tui.api.startup import clique_dependencies, starts_after
from grove_tui.kube.objects import JSON, HasMetadata
from grove_tui.kube.resources import Resource
from grove_tui.reconcile.environment import field_variable, with_environment

Minimums = Callable[[PodCliqueSet], Mapping[str, int]]


def owner_reference(resource: Resource[Any], owner: HasMetadata) -> JSON:
    """Return the controller reference that children of `owner` carry."""
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "name": owner.metadata.name,
        "uid": owner.metadata.uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }


class Blueprint:
    """The prepared template of one generation of a PodCliqueSet."""

    def __init__(self, pcs: PodCliqueSet) -> None:
        template = pcs.spec.template
        self.pcs = pcs
        self.name = pcs.metadata.name
        self.namespace = pcs.metadata.namespace
        self.generation_hash = generation_hash(pcs.spec)
        priority = template.priority_class_name
        self.template_hashes = {c.name: pod_template_hash(c, priority) for c in template.cliques}
        self.standalone = standalone_cliques(template)
        self.groups = template.pod_clique_scaling_groups
        self.members = {group.name: member_cliques(template, group) for group in self.groups}
        self.owner = owner_reference(PODCLIQUESETS, pcs)
        self._specs = {
            clique.name: self._clique_spec(clique, None) for clique in self.standalone
        } | {
            clique.name: self._clique_spec(clique, group)
            for group in self.groups
            for clique in self.members[group.name]
        }

    @property
    def minimums(self) -> dict[str, int]:
        """The minAvailable of every clique."""
        return {c.name: template_min_available(c) for c in self.pcs.spec.template.cliques}

    @cached_property
    def orders_startup(self) -> bool:
        """Whether any clique waits for another one."""
        template = self.pcs.spec.template
        return any(clique_dependencies(template, clique.name) for clique in template.cliques)

    def podclique(self, replica: int, clique: PodCliqueTemplate) -> JSON:
        """Return the body of a PodClique that is in no scaling group."""
        wanted = labels.podclique(
            self.name,
            replica,
            clique.name,
            template_labels=clique.labels,
            template_hash=self.template_hashes[clique.name],
        )
        name = names.podclique_name(self.name, replica, clique.name)
        after = starts_after(self.pcs, replica, clique.name) if self.orders_startup else ()
        return self._body(name, wanted, clique.annotations, self._with_order(clique, after))

    def member(
        self,
        scaling_group: PodCliqueScalingGroup,
        replica: int,
        group: ScalingGroupConfig,
        index: int,
        clique: PodCliqueTemplate,
    ) -> JSON:
        """Return the body of a PodClique in replica `index` of a scaling group."""
        wanted = labels.member_podclique(
            self.name,
            replica,
            (group.name, index, clique.name),
            min_available=group.min_available,
            template_labels=clique.labels,
            template_hash=self.template_hashes[clique.name],
        )
        name = names.member_podclique_name(self.name, replica, group.name, index, clique.name)
        after = starts_after(self.pcs, replica, clique.name, index) if self.orders_startup else ()
        body = self._body(name, wanted, clique.annotations, self._with_order(clique, after))
        body["metadata"]["ownerReferences"] = [
            owner_reference(PODCLIQUESCALINGGROUPS, scaling_group)
        ]
        return body

    def scaling_group(self, replica: int, group: ScalingGroupConfig) -> JSON:
        """Return the body of a PodCliqueScalingGroup."""
        wanted = labels.scaling_group(self.name, replica, group.name)
        name = names.scaling_group_name(self.name, replica, group.name)
        spec: JSON = {
            "replicas": group.replicas,
            "minAvailable": group.min_available,
            "cliqueNames": list(group.clique_names),
        }
        return self._body(name, wanted, group.annotations, spec)

    def service(self, replica: int) -> JSON:
        """Return the body of the headless Service of one replica."""
        config = self.pcs.spec.template.headless_service_config
        publish = config.publish_not_ready_addresses if config is not None else True
        spec: JSON = {
            "clusterIP": "None",
            "publishNotReadyAddresses": publish,
            "selector": labels.replica_selector(self.name, replica),
        }
        name = names.service_name(self.name, replica)
        return self._body(name, labels.service(self.name, replica), {}, spec)

    def hpas(self, replica: int) -> list[JSON]:
        """Return the bodies of the HorizontalPodAutoscalers of one replica."""
        bodies = []
        for clique in self.standalone:
            scaling = clique.spec.auto_scaling_config
            if scaling is not None:
                target = names.podclique_name(self.name, replica, clique.name)
                floor = template_replicas(clique)
                bodies.append(self._hpa(PODCLIQUES, target, scaling, floor))
        for group in self.groups:
            if group.scale_config is not None:
                target = names.scaling_group_name(self.name, replica, group.name)
                bodies.append(
                    self._hpa(PODCLIQUESCALINGGROUPS, target, group.scale_config, group.replicas)
                )
        return bodies

    def _hpa(
        self, resource: Resource[Any], target: str, scaling: AutoScalingConfig, floor: int
    ) -> JSON:
        spec: JSON = {
            "scaleTargetRef": {
                "apiVersion": resource.api_version,
                "kind": resource.kind,
                "name": target,
            },
            "minReplicas": floor if scaling.min_replicas is None else scaling.min_replicas,
            "maxReplicas": scaling.max_replicas,
        }
        if scaling.metrics:
            spec["metrics"] = scaling.metrics
        return self._body(names.hpa_name(target), labels.hpa(self.name, target), {}, spec)

    def _body(
        self, name: str, wanted: dict[str, str], annotations: dict[str, str], spec: JSON
    ) -> JSON:
        metadata: JSON = {
            "name": name,
            "namespace": self.namespace,
            "labels": wanted,
            "ownerReferences": [self.owner],
        }
        if annotations:
            metadata["annotations"] = annotations
        return {"metadata": metadata, "spec": spec}

    def _clique_spec(self, clique: PodCliqueTemplate, group: ScalingGroupConfig | None) -> JSON:
        pod_spec = clique.spec.pod_spec
        if group is not None:
            pod_spec = with_environment(pod_spec, self._group_environment(group))
        spec: JSON = {
            "roleName": clique.spec.role_name or clique.name,
            "podSpec": pod_spec,
            "replicas": template_replicas(clique),
            "minAvailable": template_min_available(clique),
        }
        if clique.spec.auto_scaling_config is not None:
            spec["autoScalingConfig"] = msgspec.to_builtins(clique.spec.auto_scaling_config)
        return spec

    def _group_environment(self, group: ScalingGroupConfig) -> list[JSON]:
        pods = template_pods(self.pcs.spec.template, group)
        return [
            field_variable(ENV_PCSG_NAME, f"metadata.labels['{LABEL_PCSG}']"),
            field_variable(ENV_PCSG_INDEX, f"metadata.labels['{LABEL_PCSG_REPLICA_INDEX}']"),
            {"name": ENV_PCSG_TEMPLATE_NUM_PODS, "value": str(pods)},
        ]

    def _with_order(self, clique: PodCliqueTemplate, after: tuple[str, ...]) -> JSON:
        spec = self._specs[clique.name]
        return {**spec, "startsAfter": list(after)} if after else spec


class Blueprints:
    """The blueprints of the PodCliqueSets that are being reconciled, one per uid."""

    def __init__(self, minimums: Minimums = lambda _: {}) -> None:
        """Start without any.

        Args:
            minimums: Returns the minAvailable that cliques of a set already have which their
                template leaves out; it is immutable, whatever the template's replicas become.
        """
        self._minimums = minimums
        self._known: dict[str, tuple[int, Blueprint]] = {}

    def of(self, pcs: PodCliqueSet) -> Blueprint:
        """Return the blueprint of the set's generation."""
        known = self._known.get(pcs.metadata.uid)
        if known is not None and known[0] == pcs.metadata.generation:
            # The spec is the same; status and annotations may have moved on.
            known[1].pcs = replace(pcs, spec=known[1].pcs.spec)
            return known[1]
        blueprint = Blueprint(with_minimums(pcs, self.minimums(pcs)))
        self._known[pcs.metadata.uid] = (pcs.metadata.generation, blueprint)
        return blueprint

    def minimums(self, pcs: PodCliqueSet) -> Mapping[str, int]:
        """Return the minAvailable that is in force by clique, as far as any is."""
        known = self._known.get(pcs.metadata.uid)
        return known[1].minimums if known is not None else self._minimums(pcs)

    def forget(self, uid: str) -> None:
        """Drop the blueprint of a set that is gone."""
        self._known.pop(uid, None)
