"""One object for each CEL rule of the CRDs that breaks it, as create or as update.

The demo's admission must refuse each of them, and so must an API server that knows CEL.
"""

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from grove_tui.api.crds import crds
from tests.api.manifests import clique, manifest, scaling_group

Json = dict[str, Any]

PODCLIQUE = "PodClique"
TEMPLATE = "spec.template"
CLIQUE = f"{TEMPLATE}.cliques[*].spec"
GROUP = f"{TEMPLATE}.podCliqueScalingGroups[*]"
CONSTRAINTS = (TEMPLATE, f"{TEMPLATE}.cliques[*]", GROUP)


@dataclass(frozen=True)
class Rule:
    """Where a CRD has a rule, with `[*]` for any item of a list, and what it says when broken."""

    kind: str
    path: str
    message: str


@dataclass(frozen=True)
class Breach:
    """An object that breaks one rule; `old` is what it was before, where the rule compares."""

    rule: Rule
    new: Json
    old: Json | None = None

    def __str__(self) -> str:
        return f"{self.rule.path or 'object'}: {self.rule.message}".replace(" ", "-")


def rules() -> set[Rule]:
    """Return every rule of the CRDs."""
    return {
        rule
        for crd in crds()
        for version in crd["spec"]["versions"]
        for rule in _rules(crd["spec"]["names"]["kind"], version["schema"]["openAPIV3Schema"], "")
    }


def field(path: str) -> str:
    """Return a field path of an error as `Rule.path` spells it."""
    return "" if path == "<nil>" else re.sub(r"\[[^]]*]", "[*]", path)


def _rules(kind: str, node: Json, path: str) -> Iterator[Rule]:
    for rule in node.get("x-kubernetes-validations", ()):
        yield Rule(kind, path, rule["message"])
    for name, child in node.get("properties", {}).items():
        yield from _rules(kind, child, f"{path}.{name}".lstrip("."))
    for key in ("items", "additionalProperties"):
        if key in node:
            yield from _rules(kind, node[key], f"{path}[*]")


def _created() -> Iterator[Breach]:
    def breach(path: str, message: str, new: Json) -> Breach:
        return Breach(Rule("PodCliqueSet", path, message), new)

    scaler = {"minReplicas": 4, "maxReplicas": 3}
    yield breach(
        f"{CLIQUE}.autoScalingConfig",
        "maxReplicas must not be less than minReplicas",
        manifest(clique(autoScalingConfig=scaler)),
    )
    yield breach(
        CLIQUE, "minAvailable must not be greater than replicas", manifest(clique(minAvailable=3))
    )
    yield breach(
        CLIQUE,
        "autoScalingConfig.maxReplicas must not be less than replicas",
        manifest(clique(autoScalingConfig={"maxReplicas": 1})),
    )
    yield breach(
        CLIQUE,
        "autoScalingConfig.minReplicas must not be less than minAvailable",
        manifest(clique(minAvailable=2, autoScalingConfig={"minReplicas": 1, "maxReplicas": 3})),
    )
    yield breach(
        f"{TEMPLATE}.terminationDelay",
        "terminationDelay must be greater than 0",
        manifest(terminationDelay="0s"),
    )
    yield breach(
        f"{GROUP}.scaleConfig",
        "maxReplicas must not be less than minReplicas",
        grouped(replicas=3, minAvailable=1, scaleConfig=scaler),
    )
    yield breach(
        GROUP,
        "minAvailable must not be greater than replicas",
        grouped(replicas=1, minAvailable=2),
    )
    yield breach(
        GROUP,
        "scaleConfig.minReplicas must not be less than minAvailable",
        grouped(replicas=2, minAvailable=2, scaleConfig={"minReplicas": 1, "maxReplicas": 3}),
    )
    yield breach(
        "",
        "the names of the set and of a clique together must not exceed 45 characters",
        manifest(clique("c" * 22), name="p" * 24),
    )
    yield breach(
        "",
        "the names of the set, of a scaling group and of its clique together must not exceed 45"
        " characters",
        manifest(clique("c" * 15), name="p" * 16, groups=(scaling_group("g" * 15, ("c" * 15,)),)),
    )
    for where in CONSTRAINTS:
        at = f"{where}.topologyConstraint"
        both = {"packDomain": "rack", "pack": {"required": "rack"}}
        yield breach(
            f"{at}.pack", "required or preferred must be set", constrained(where, {"pack": {}})
        )
        yield breach(at, "pack or packDomain must be set", constrained(where, {}))
        yield breach(
            at, "packDomain cannot be used together with pack.required", constrained(where, both)
        )


def grouped(**rest: Any) -> Json:
    return manifest(clique(), groups=(scaling_group(**rest),))


def constrained(where: str, constraint: Json) -> Json:
    """Return a set that has a topology constraint at this place."""
    given = {"topologyName": "racks", **constraint}
    if where == TEMPLATE:
        return manifest(topologyConstraint=given)
    if where == GROUP:
        return grouped(topologyConstraint=given)
    return manifest(clique() | {"topologyConstraint": given})


def base() -> Json:
    """Return a set that has something of everything that must not change."""
    return manifest(
        clique("a", minAvailable=1, startsAfter=["b"]),
        clique("b"),
        groups=(scaling_group("g", ("b",), replicas=2),),
        cliqueStartupType="CliqueStartupTypeExplicit",
    )


def _updated() -> Iterator[Breach]:
    def breach(path: str, message: str, change: Callable[[Json], object]) -> Breach:
        new = copy.deepcopy(base())
        change(new["spec"]["template"])
        return Breach(Rule("PodCliqueSet", path, message), new, base())

    def first(**changes: Any) -> Callable[[Json], object]:
        return lambda template: template["cliques"][0]["spec"].update(changes)

    def group(**changes: Any) -> Callable[[Json], object]:
        return lambda template: template["podCliqueScalingGroups"][0].update(changes)

    yield breach(CLIQUE, "roleName is immutable", first(roleName="other"))
    yield breach(CLIQUE, "minAvailable is immutable", first(minAvailable=2))
    yield breach(CLIQUE, "startsAfter is immutable", first(startsAfter=[]))
    yield breach(
        CLIQUE,
        "podSpec.schedulerName is immutable",
        lambda template: template["cliques"][0]["spec"]["podSpec"].update(schedulerName="mine"),
    )
    yield breach(GROUP, "cliqueNames is immutable", group(cliqueNames=["a"]))
    yield breach(GROUP, "minAvailable is immutable", group(minAvailable=2))
    yield breach(
        TEMPLATE,
        "cliqueStartupType is immutable",
        lambda template: template.update(cliqueStartupType="CliqueStartupTypeAnyOrder"),
    )
    yield breach(
        TEMPLATE,
        "not allowed to change the composition of cliques",
        lambda template: template["cliques"].append(clique("c")),
    )
    yield breach(
        TEMPLATE,
        "not allowed to change the composition of podCliqueScalingGroups",
        lambda template: template.pop("podCliqueScalingGroups"),
    )


def _children() -> Iterator[Breach]:
    spec = {
        "replicas": 2,
        "podSpec": {"containers": [{"name": "main", "image": "nginx"}]},
        "autoScalingConfig": {"minReplicas": 4, "maxReplicas": 3},
    }
    body = {"apiVersion": "grove.io/v1alpha1", "kind": PODCLIQUE, "spec": spec}
    yield Breach(
        Rule(PODCLIQUE, "spec.autoScalingConfig", "maxReplicas must not be less than minReplicas"),
        {**body, "metadata": {"name": "worker", "namespace": "default"}},
    )


BREACHES = (*_created(), *_updated(), *_children())
