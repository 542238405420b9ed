"""What admission fills in: the defaults of the CRD and of Grove's mutating webhook.

`default` works on any JSON without raising: a value of a wrong type is left for validation to
name. It never changes its input and changes nothing the second time.

Two defaults differ from upstream on purpose. An absent `roleName` becomes the clique's name (two
cliques without one would collide as duplicates of ""), and an absent `replicas` counts as 1 for
what is derived from it (upstream derives a minAvailable of 0, which it then refuses).
"""

import copy
from collections.abc import Iterator
from typing import Any

from grove_tui.api.constants import (
    DEFAULT_TERMINATION_DELAY,
    STARTUP_ANY_ORDER,
    UPDATE_ROLLING_RECREATE,
)

JSON = dict[str, Any]


def default(obj: JSON) -> JSON:
    """Return a copy of a PodCliqueSet with every default written out."""
    result = copy.deepcopy(obj)
    _fill(result.get("metadata"), namespace="default")
    spec = result.get("spec")
    _fill(spec, replicas=0)
    if isinstance(spec, dict):
        _fill(spec.get("updateStrategy"), type=UPDATE_ROLLING_RECREATE)
        _default_template(spec.get("template"))
    return result


def keep_immutable(new: Any, old: Any) -> Any:
    """Return `new` with immutable fields that it leaves out taken over from `old`.

    A manifest that never named `minAvailable` or `roleName` can then be applied again with other
    replicas: leaving a field out asks for no change of it.
    """
    result = copy.deepcopy(new)
    for list_name, fields in (
        ("cliques", ("minAvailable", "roleName")),
        ("podCliqueScalingGroups", ("minAvailable",)),
    ):
        stored = {_text(item.get("name")): item for item in _items(old, list_name)}
        for item in _items(result, list_name):
            _take_over(item, stored.get(_text(item.get("name"))), fields)
    return result


def default_podcliquescalinggroup(obj: JSON) -> JSON:
    """Return a copy of a PodCliqueScalingGroup with the defaults of its CRD written out."""
    result = copy.deepcopy(obj)
    _fill(result.get("spec"), replicas=1, minAvailable=1)
    return result


def _default_template(template: Any) -> None:
    if not isinstance(template, dict):
        return
    _fill(
        template,
        cliqueStartupType=STARTUP_ANY_ORDER,
        terminationDelay=DEFAULT_TERMINATION_DELAY,
        headlessServiceConfig={"publishNotReadyAddresses": True},
    )
    _fill(template["headlessServiceConfig"], publishNotReadyAddresses=True)
    for clique in _objects(template.get("cliques")):
        _default_clique(clique)
    for group in _objects(template.get("podCliqueScalingGroups")):
        _fill(group, replicas=1, minAvailable=1)
        _fill(group.get("scaleConfig"), minReplicas=group["replicas"])


def _default_clique(clique: JSON) -> None:
    spec = clique.get("spec")
    if not isinstance(spec, dict):
        return
    if not spec.get("roleName") and isinstance(clique.get("name"), str):
        spec["roleName"] = clique["name"]
    if spec.get("replicas") in (None, 0) and not isinstance(spec.get("replicas"), bool):
        spec["replicas"] = 1
    _fill(spec, minAvailable=spec["replicas"])
    _fill(spec.get("autoScalingConfig"), minReplicas=spec["replicas"])
    pod_spec = spec.get("podSpec")
    _fill(pod_spec, terminationGracePeriodSeconds=30)
    if isinstance(pod_spec, dict) and not pod_spec.get("restartPolicy"):
        pod_spec["restartPolicy"] = "Always"


def _fill(target: Any, **values: Any) -> None:
    if isinstance(target, dict):
        for key, value in values.items():
            if target.get(key) is None:
                target[key] = value


def _take_over(item: JSON, stored: JSON | None, fields: tuple[str, ...]) -> None:
    # A clique keeps these below its spec, a scaling group beside its name.
    if stored is None:
        return
    target, source = (item.get("spec"), stored.get("spec")) if "spec" in stored else (item, stored)
    if isinstance(target, dict) and isinstance(source, dict):
        _fill(target, **{f: source[f] for f in fields if source.get(f) is not None})


def _items(obj: Any, list_name: str) -> Iterator[JSON]:
    for key in ("spec", "template"):
        obj = obj.get(key) if isinstance(obj, dict) else None
    yield from _objects(obj.get(list_name) if isinstance(obj, dict) else None)


def _objects(value: Any) -> Iterator[JSON]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
