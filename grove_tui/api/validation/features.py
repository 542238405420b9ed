"""What depends on the cluster: schedulers, topology, resource claims, multi-node NVLink."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from grove_tui.api.constants import ANNOTATION_MNNVL_GROUP, DEFAULT_SCHEDULER
from grove_tui.api.validation.cliques import scheduler_of
from grove_tui.api.validation.errors import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
)
from grove_tui.api.validation.manifest import (
    JSON,
    TEMPLATE,
    Clique,
    Group,
    Manifest,
    items,
    mapping,
    text,
    texts,
)

SCOPES = ("AllReplicas", "PerReplica")
_MNNVL_OPT_OUT = "none"


class Features(Struct, frozen=True):
    """What the cluster offers; the default is a plain Kubernetes scheduler.

    Attributes:
        schedulers: Schedulers that pods may ask for; the first is meant by no name.
        topology: Whether topology-aware scheduling is enabled.
        mnnvl: Whether multi-node NVLink groups are enabled.
    """

    schedulers: tuple[str, ...] = (DEFAULT_SCHEDULER,)
    topology: bool = False
    mnnvl: bool = False


def check(manifest: Manifest, features: Features) -> Iterator[FieldError]:
    """Check what holds on creation and on updates."""
    yield from _schedulers(manifest, features)
    yield from _claim_templates(manifest)
    yield from _sharing(manifest)
    if not features.mnnvl:
        yield from _mnnvl(manifest)


def check_create(manifest: Manifest, features: Features) -> Iterator[FieldError]:
    """Check topology constraints; they are immutable later."""
    given = list(_constraints(manifest))
    for path, constraint in given:
        if not features.topology:
            yield forbidden(path, "topology-aware scheduling is not enabled")
            continue
        if "packDomain" in constraint:
            yield forbidden(f"{path}.packDomain", "deprecated, use pack.required instead")
        elif not mapping(constraint, "pack"):
            yield required(f"{path}.pack")
        elif not {"required", "preferred"} & mapping(constraint, "pack").keys():
            yield required(f"{path}.pack", "required or preferred must be set")
    if features.topology:
        yield from _topology_names(manifest, given)


def _topology_names(manifest: Manifest, given: list[tuple[str, JSON]]) -> Iterator[FieldError]:
    inherited = text(mapping(manifest.template, "topologyConstraint"), "topologyName")
    first = inherited
    for path, constraint in given:
        name = text(constraint, "topologyName")
        first = first or name
        if not name and not inherited:
            yield required(f"{path}.topologyName", "no constraint above it names a topology")
        elif name and name != first:
            detail = f'all constraints of a set must use one topology, here "{first}"'
            yield invalid(f"{path}.topologyName", name, detail)


def _constraints(manifest: Manifest) -> Iterator[tuple[str, JSON]]:
    parts: list[Clique | Group] = [*manifest.groups, *manifest.cliques]
    holders = [(TEMPLATE, manifest.template), *((part.path, part.raw) for part in parts)]
    for path, holder in holders:
        value = holder.get("topologyConstraint")
        if isinstance(value, dict):
            yield f"{path}.topologyConstraint", value


def _schedulers(manifest: Manifest, features: Features) -> Iterator[FieldError]:
    default = features.schedulers[0]
    names = [(c, scheduler_of(c, default)) for c in manifest.cliques]
    for clique, name in names:
        field = f"{clique.spec_path}.podSpec.schedulerName"
        if isinstance(name, str) and name not in features.schedulers:
            yield not_supported(field, name, features.schedulers)
        elif name != names[0][1]:
            yield invalid(field, name, "must be the same for all cliques")


def _claim_templates(manifest: Manifest) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, template in enumerate(items(manifest.template, "resourceClaimTemplates")):
        path = f"{TEMPLATE}.resourceClaimTemplates[{index}]"
        name = text(template, "name")
        if not name:
            yield required(f"{path}.name")
        elif name in seen:
            yield duplicate(f"{path}.name", name)
        seen.add(name)
        spec = mapping(mapping(template, "templateSpec"), "spec")
        if not items(mapping(spec, "devices"), "requests"):
            detail = "at least one device request is required"
            yield required(f"{path}.templateSpec.spec.devices.requests", detail)


def _sharing(manifest: Manifest) -> Iterator[FieldError]:
    inline = {text(t, "name") for t in items(manifest.template, "resourceClaimTemplates")}
    cliques = {clique.name for clique in manifest.cliques}
    groups = {group.name for group in manifest.groups}
    yield from _sharing_of(
        TEMPLATE,
        manifest.template,
        inline,
        {"childCliqueNames": cliques, "childScalingGroupNames": groups},
    )
    for group in manifest.groups:
        allowed = {"childCliqueNames": set(group.clique_names)}
        yield from _sharing_of(group.path, group.raw, inline, allowed)
    for clique in manifest.cliques:
        yield from _sharing_of(clique.path, clique.raw, inline, {})


def _sharing_of(
    path: str, holder: JSON, inline: set[str], children: dict[str, set[str]]
) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, sharing in enumerate(items(holder, "resourceSharing")):
        at = f"{path}.resourceSharing[{index}]"
        name, scope = text(sharing, "name"), sharing.get("scope")
        if not name:
            yield required(f"{at}.name")
        elif name in seen:
            yield duplicate(f"{at}.name", name)
        seen.add(name)
        if scope in (None, ""):
            yield required(f"{at}.scope")
        elif isinstance(scope, str) and scope not in SCOPES:
            yield not_supported(f"{at}.scope", scope, SCOPES)
        if name in inline and text(sharing, "namespace"):
            yield forbidden(
                f"{at}.namespace", "must be empty for a template of resourceClaimTemplates"
            )
        yield from _filter(f"{at}.filter", sharing.get("filter"), children)


def _filter(path: str, value: Any, children: dict[str, set[str]]) -> Iterator[FieldError]:
    if not isinstance(value, dict):
        return
    if not children:
        yield forbidden(path, "not allowed at this level")
        return
    if not any(texts(value, key) for key in children):
        yield required(path, f"at least one of {', '.join(children)} must be set")
    for key, known in children.items():
        for index, name in enumerate(texts(value, key)):
            if name not in known:
                yield invalid(f"{path}.{key}[{index}]", name, "no child of this name exists")


def _mnnvl(manifest: Manifest) -> Iterator[FieldError]:
    parts: list[Clique | Group] = [*manifest.cliques, *manifest.groups]
    holders = [("metadata", manifest.metadata), *((part.path, part.raw) for part in parts)]
    for path, holder in holders:
        value = mapping(holder, "annotations").get(ANNOTATION_MNNVL_GROUP)
        if value not in (None, _MNNVL_OPT_OUT):
            field = f"{path}.annotations[{ANNOTATION_MNNVL_GROUP}]"
            yield forbidden(field, "multi-node NVLink is not enabled")
