"""The rules for `metadata` that every resource shares."""

import re
import secrets
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from uuid import uuid4

from grove_tui.demo.definition import Definition
from grove_tui.demo.statuses import Json, Violation, bad_request, conflict

SAFE_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""The letters of generated names: no vowels, and none that are easily mistaken."""
SUFFIX_LENGTH = 5
_MAX_GENERATED = 63 - SUFFIX_LENGTH

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_DNS_LABEL = re.compile(_LABEL)
_LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_LABEL_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
    f"for validation is '{_LABEL}(\\.{_LABEL})*')"
)
_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex "
    f"used for validation is '{_LABEL}')"
)
_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  "
    "or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
_NAME_RULE = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    "with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
_DNS_LABEL_NAMES = ("namespaces", "services")
_KEPT = (
    "uid",
    "creationTimestamp",
    "generation",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "resourceVersion",
    "selfLink",
)
_EMPTY: tuple[Any, ...] = (None, "", {}, [])
_CLIENT_SET = (
    "name",
    "generateName",
    "namespace",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "managedFields",
)


def with_metadata(obj: Json, **changes: Any) -> Json:
    """Return `obj` with metadata fields set, or removed where the value is None."""
    metadata = {**obj["metadata"], **changes}
    return {**obj, "metadata": {k: v for k, v in metadata.items() if v is not None}}


def generated_name(prefix: str) -> str:
    """Return `prefix` with a random suffix."""
    suffix = "".join(secrets.choice(SAFE_ALPHABET) for _ in range(SUFFIX_LENGTH))
    return prefix[:_MAX_GENERATED] + suffix


def identify(definition: Definition, namespace: str, obj: Json) -> Json:
    """Check that a body belongs at its URL and return it with apiVersion, kind and namespace set.

    Raises:
        BadRequest: Body and URL disagree.
    """
    kind = obj.get("kind") or definition.kind
    api_version = obj.get("apiVersion") or definition.api_version
    if kind != definition.kind or api_version != definition.api_version:
        raise bad_request(
            f"the object provided is {api_version} {kind}, this URL serves "
            f"{definition.api_version} {definition.kind}"
        )
    metadata = obj.get("metadata")
    if metadata is None:
        metadata = {}
    if not isinstance(metadata, dict):
        raise bad_request("metadata must be an object")
    given = metadata.get("namespace") or ""
    if given and given != namespace:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    if definition.namespaced:
        metadata = {**metadata, "namespace": namespace}
    return {"apiVersion": api_version, "kind": kind, **obj, "metadata": metadata}


def for_create(definition: Definition, obj: Json, now: str) -> Json:
    """Return a new object with what the server sets in metadata; it may still lack its name."""
    given = obj["metadata"].items()
    metadata = {k: v for k, v in given if k in _CLIENT_SET and v not in _EMPTY}
    if obj["metadata"].get("resourceVersion"):
        raise bad_request("resourceVersion should not be set on objects to be created")
    metadata["uid"] = str(uuid4())
    metadata["creationTimestamp"] = now
    if definition.generation:
        metadata["generation"] = 1
    return {**obj, "metadata": metadata}


def for_update(definition: Definition, new: Json, old: Json) -> Json:
    """Return `new` with the metadata that only the server changes taken from `old`.

    Raises:
        BadRequest: The name differs.
        Conflict: resourceVersion or uid say that another version or object was meant.
    """
    given, kept = new["metadata"], old["metadata"]
    name = kept["name"]
    if given.get("name", name) != name:
        raise bad_request(
            f"the name of the object ({given['name']}) does not match the name on the URL ({name})"
        )
    check_identity(definition, kept, given.get("uid") or "", given.get("resourceVersion") or "")
    metadata = {k: v for k, v in given.items() if k in _CLIENT_SET and v not in _EMPTY}
    metadata.update({field: kept[field] for field in _KEPT if field in kept})
    return {**new, "metadata": {"name": name, **metadata}}


def check_identity(definition: Definition, metadata: Json, uid: str, version: str) -> None:
    """Raise Conflict unless the object has this uid and resourceVersion, where given."""
    plural, group, name = definition.plural, definition.group, metadata["name"]
    if uid and uid != metadata["uid"]:
        why = (
            f"Precondition failed: UID in precondition: {uid}, "
            f"UID in object meta: {metadata['uid']}"
        )
        raise conflict(plural, group, name, why)
    if version and version != metadata["resourceVersion"]:
        raise conflict(plural, group, name)


def problems(definition: Definition, new: Json, old: Json | None) -> Iterator[Violation]:
    """Yield what is wrong with an object's metadata; unchanged parts of it are not looked at."""
    metadata = new["metadata"]
    before = old["metadata"] if old else {}
    if old is None:
        yield from _name_problems(definition, metadata["name"])
    labels = metadata.get("labels")
    if labels and labels != before.get("labels"):
        yield from _label_problems(labels)
    added = set(metadata.get("finalizers") or ()) - set(before.get("finalizers") or ())
    if "deletionTimestamp" in before and added:
        detail = (
            "no new finalizers can be added if the object is being deleted, found new finalizers "
            + ", ".join(f'"{name}"' for name in sorted(added))
        )
        yield Violation("metadata.finalizers", detail, "FieldValueForbidden")


def _name_problems(definition: Definition, name: str) -> Iterator[Violation]:
    if definition.group == "rbac.authorization.k8s.io":
        if "/" in name or "%" in name or name in (".", ".."):
            yield Violation("metadata.name", "may not contain '/' or '%'", value=name)
        return
    short = not definition.group and definition.plural in _DNS_LABEL_NAMES
    pattern, rule, limit = (
        (_DNS_LABEL, _LABEL_RULE, 63) if short else (_SUBDOMAIN, _SUBDOMAIN_RULE, 253)
    )
    if not pattern.fullmatch(name):
        yield Violation("metadata.name", rule, value=name)
    if len(name) > limit:
        yield Violation("metadata.name", f"must be no more than {limit} characters", value=name)


def _label_problems(labels: Any) -> Iterator[Violation]:
    if not isinstance(labels, dict):
        yield Violation("metadata.labels", "must be an object", value=labels)
        return
    for key, value in labels.items():
        if isinstance(value, str):
            yield from _label_problem(key, value)
        else:
            yield Violation("metadata.labels", "must be a string", value=value)


@lru_cache(maxsize=8192)
def _label_problem(key: str, value: str) -> tuple[Violation, ...]:
    found = []
    prefix, _, name = key.rpartition("/")
    if not _LABEL_NAME.fullmatch(name) or len(name) > 63:
        found.append(Violation("metadata.labels", _NAME_RULE, value=key))
    if prefix and not _SUBDOMAIN.fullmatch(prefix):
        found.append(Violation("metadata.labels", f"prefix part {_SUBDOMAIN_RULE}", value=key))
    if not _LABEL_VALUE.fullmatch(value):
        found.append(Violation("metadata.labels", _VALUE_RULE, value=value))
    elif len(value) > 63:
        found.append(
            Violation("metadata.labels", "must be no more than 63 characters", value=value)
        )
    return tuple(found)
