"""What happens to a Grove object before it is stored: defaults, then validation.

The demo's API server calls it where a real cluster would call Grove's webhooks; the dashboard and
the reconciler call it on clusters that have no such webhook.
"""

from typing import Any, Literal, NamedTuple

from grove_tui.api.constants import STARTUP_EXPLICIT
from grove_tui.api.defaults import default, default_podcliquescalinggroup, keep_immutable
from grove_tui.api.objects import PODCLIQUES, PODCLIQUESCALINGGROUPS, PODCLIQUESETS, PODGANGS
from grove_tui.api.validation import (
    FieldError,
    validate_child,
    validate_create,
    validate_update,
)
from grove_tui.api.validation.manifest import Manifest, items, parse, text

JSON = dict[str, Any]
Operation = Literal["CREATE", "UPDATE"]

_CHILDREN = {r.plural: r.kind for r in (PODCLIQUES, PODCLIQUESCALINGGROUPS, PODGANGS)}


class Admission(NamedTuple):
    """The object as it is to be stored, what forbids it, and what its author should know."""

    obj: JSON
    errors: list[FieldError]
    warnings: list[str]


def admit(plural: str, operation: Operation, new: JSON, old: JSON | None) -> Admission:
    """Default and judge an object; objects of other resources pass as they are.

    Args:
        plural: Resource, such as `podcliquesets`.
        operation: Whether the object is new.
        new: The object as sent.
        old: The stored object, for updates.
    """
    if plural == PODCLIQUESETS.plural:
        return _admit_podcliqueset(new, old if operation == "UPDATE" else None)
    if plural not in _CHILDREN:
        return Admission(new, [], [])
    if plural == PODCLIQUESCALINGGROUPS.plural:
        new = default_podcliquescalinggroup(new)
    return Admission(new, validate_child(_CHILDREN[plural], new), [])


def _admit_podcliqueset(new: JSON, old: JSON | None) -> Admission:
    if old is None:
        wanted = default(new)
        return Admission(wanted, validate_create(wanted), _warnings(parse(wanted)))
    wanted = default(keep_immutable(new, default(old)))
    return Admission(wanted, validate_update(wanted, old), _warnings(parse(wanted)))


def _warnings(manifest: Manifest) -> list[str]:
    """Tell what is allowed and will not do what it seems to say."""
    found = []
    if manifest.replicas == 0:
        found.append("spec.replicas: with 0 replicas nothing is created")
    is_explicit = text(manifest.template, "cliqueStartupType") == STARTUP_EXPLICIT
    for clique in manifest.cliques:
        if clique.starts_after and not is_explicit:
            field = f"{clique.spec_path}.startsAfter"
            found.append(f"{field}: ignored unless cliqueStartupType is {STARTUP_EXPLICIT}")
        if clique.pod_spec.get("schedulingGates"):
            field = f"{clique.spec_path}.podSpec.schedulingGates"
            found.append(f"{field}: replaced by Grove's own scheduling gate")
        for index, container in enumerate(items(clique.pod_spec, "containers")):
            names = [text(v, "name") for v in items(container, "env")]
            taken = sorted(name for name in names if name.startswith("GROVE_"))
            if taken:
                field = f"{clique.spec_path}.podSpec.containers[{index}].env"
                found.append(f"{field}: Grove sets {', '.join(taken)} itself where it uses them")
    return found
