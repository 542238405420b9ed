"""Reading the protobuf bodies that kubectl's typed commands send.

`kubectl create namespace`, `auth can-i`, `drain` and their like encode built-in objects as protobuf
and accept JSON in return. `_MESSAGES` describes the messages of those kinds, field by field; a kind
that is not in it is answered with 415, as by a server that does not know it.

The wire format has no omitted fields: what is empty there is left out of the JSON, unless the field
is a pointer in Go (`?`), where zero means something.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from grove_tui.demo.statuses import Json, bad_request, unsupported_media_type
from grove_tui.kube.clock import format_time

PROTOBUF = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIDTHS = {_FIXED64: 8, _FIXED32: 4}

# Field types: str, bytes, int, bool, a message's name; [x] repeats, {x} maps from strings.
_OBJECT = {1: ("metadata", "ObjectMeta")}
_RULES = {**_OBJECT, 2: ("rules", "[PolicyRule]")}
_BINDING = {**_OBJECT, 2: ("subjects", "[Subject]"), 3: ("roleRef", "RoleRef")}
_MESSAGES: dict[str, dict[int, tuple[str, str]]] = {
    "ClusterRole": _RULES,
    "ClusterRoleBinding": _BINDING,
    "ConfigMap": {
        **_OBJECT,
        2: ("data", "{str}"),
        3: ("binaryData", "{bytes}"),
        4: ("immutable", "bool?"),
    },
    "Container": {
        1: ("name", "str"),
        2: ("image", "str"),
        3: ("command", "[str]"),
        4: ("args", "[str]"),
        5: ("workingDir", "str"),
        6: ("ports", "[ContainerPort]"),
        7: ("env", "[EnvVar]"),
    },
    "ContainerPort": {
        1: ("name", "str"),
        2: ("hostPort", "int"),
        3: ("containerPort", "int"),
        4: ("protocol", "str"),
        5: ("hostIP", "str"),
    },
    "DeleteOptions": {
        1: ("gracePeriodSeconds", "int?"),
        2: ("preconditions", "Preconditions"),
        3: ("orphanDependents", "bool?"),
        4: ("propagationPolicy", "str"),
        5: ("dryRun", "[str]"),
    },
    "Deployment": {**_OBJECT, 2: ("spec", "DeploymentSpec")},
    "DeploymentSpec": {
        1: ("replicas", "int?"),
        2: ("selector", "LabelSelector"),
        3: ("template", "PodTemplateSpec"),
    },
    "EnvVar": {1: ("name", "str"), 2: ("value", "str")},
    "Eviction": {**_OBJECT, 2: ("deleteOptions", "DeleteOptions")},
    "LabelSelector": {1: ("matchLabels", "{str}")},
    "Namespace": _OBJECT,
    "NonResourceAttributes": {1: ("path", "str"), 2: ("verb", "str")},
    "ObjectMeta": {
        1: ("name", "str"),
        2: ("generateName", "str"),
        3: ("namespace", "str"),
        5: ("uid", "str"),
        6: ("resourceVersion", "str"),
        8: ("creationTimestamp", "Time"),
        11: ("labels", "{str}"),
        12: ("annotations", "{str}"),
        14: ("finalizers", "[str]"),
    },
    "PodSpec": {2: ("containers", "[Container]"), 3: ("restartPolicy", "str")},
    "PodTemplateSpec": {**_OBJECT, 2: ("spec", "PodSpec")},
    "PolicyRule": {
        1: ("verbs", "[str]"),
        2: ("apiGroups", "[str]"),
        3: ("resources", "[str]"),
        4: ("resourceNames", "[str]"),
        5: ("nonResourceURLs", "[str]"),
    },
    "Preconditions": {1: ("uid", "str"), 2: ("resourceVersion", "str")},
    "PriorityClass": {
        **_OBJECT,
        2: ("value", "int?"),
        3: ("globalDefault", "bool"),
        4: ("description", "str"),
        5: ("preemptionPolicy", "str"),
    },
    "ResourceAttributes": {
        1: ("namespace", "str"),
        2: ("verb", "str"),
        3: ("group", "str"),
        4: ("version", "str"),
        5: ("resource", "str"),
        6: ("subresource", "str"),
        7: ("name", "str"),
    },
    "Role": _RULES,
    "RoleBinding": _BINDING,
    "RoleRef": {1: ("apiGroup", "str"), 2: ("kind", "str"), 3: ("name", "str")},
    "Secret": {
        **_OBJECT,
        2: ("data", "{bytes}"),
        3: ("type", "str"),
        4: ("stringData", "{str}"),
        5: ("immutable", "bool?"),
    },
    "SelfSubjectAccessReview": {**_OBJECT, 2: ("spec", "SelfSubjectAccessReviewSpec")},
    "SelfSubjectAccessReviewSpec": {
        1: ("resourceAttributes", "ResourceAttributes"),
        2: ("nonResourceAttributes", "NonResourceAttributes"),
    },
    "SelfSubjectReview": _OBJECT,
    "SelfSubjectRulesReview": {**_OBJECT, 2: ("spec", "SelfSubjectRulesReviewSpec")},
    "SelfSubjectRulesReviewSpec": {1: ("namespace", "str")},
    "Service": {**_OBJECT, 2: ("spec", "ServiceSpec")},
    "ServiceAccount": {**_OBJECT, 4: ("automountServiceAccountToken", "bool?")},
    "ServicePort": {
        1: ("name", "str"),
        2: ("protocol", "str"),
        3: ("port", "int"),
        4: ("targetPort", "IntOrString"),
        5: ("nodePort", "int"),
    },
    "ServiceSpec": {
        1: ("ports", "[ServicePort]"),
        2: ("selector", "{str}"),
        3: ("clusterIP", "str"),
        4: ("type", "str"),
        7: ("sessionAffinity", "str"),
        10: ("externalName", "str"),
    },
    "Subject": {
        1: ("kind", "str"),
        2: ("apiGroup", "str"),
        3: ("name", "str"),
        4: ("namespace", "str"),
    },
}


def read_protobuf(body: bytes) -> Json:
    """Return the object in a Kubernetes protobuf body.

    Raises:
        ApiError: 415, a kind that is not read as protobuf.
        BadRequest: The bytes are cut short or no such message.
    """
    if not body.startswith(_MAGIC):
        raise bad_request("the body of the request is not Kubernetes protobuf")
    try:
        envelope = dict(_wire(body[len(_MAGIC) :]))
        head = dict(_wire(envelope[1]))
        api_version, kind = head[1].decode(), head[2].decode()
        if kind not in _MESSAGES:
            raise unsupported_media_type(["application/json", "application/yaml"])
        return {"apiVersion": api_version, "kind": kind, **_message(kind, envelope.get(2, b""))}
    except (IndexError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise bad_request(f"cannot read the protobuf body: {error}") from error


def _wire(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yield (field number, raw value) for each field in a message."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, position = _varint(data, position)
            yield number, value
            continue
        if kind == _BYTES:
            length, position = _varint(data, position)
        else:
            length = _WIDTHS[kind]
        if position + length > len(data):
            raise ValueError("it ends in the middle of a field")
        yield number, data[position : position + length]
        position += length


def _varint(data: bytes, position: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, position
        shift += 7


def _message(name: str, data: bytes) -> Json:
    fields = _MESSAGES[name]
    found: Json = {}
    for number, raw in _wire(data):
        if number in fields:
            field, kind = fields[number]
            _add(found, field, kind, raw)
    return found


def _add(found: Json, field: str, kind: str, raw: Any) -> None:
    if kind.startswith("["):
        found.setdefault(field, []).append(_value(kind[1:-1], raw))
    elif kind.startswith("{"):
        entry = dict(_wire(raw))
        key = entry.get(1, b"").decode()
        found.setdefault(field, {})[key] = _value(kind[1:-1], entry.get(2, b""))
    else:
        value = _value(kind.removesuffix("?"), raw)
        if kind.endswith("?") or value:
            found[field] = value


def _value(kind: str, raw: Any) -> Any:
    convert = _SCALARS.get(kind)
    return convert(raw) if convert is not None else _message(kind, raw)


def _time(fields: Mapping[int, int]) -> str:
    return format_time(datetime.fromtimestamp(fields[1], UTC)) if fields.get(1) else ""


def _int_or_string(fields: Mapping[int, Any]) -> int | str:
    if fields.get(1):
        return str(fields.get(3, b"").decode())
    return int(fields.get(2, 0))


def _signed(raw: int) -> int:
    return raw - 2**64 if raw >= 2**63 else raw


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "str": bytes.decode,
    "bytes": lambda raw: base64.b64encode(raw).decode(),
    "int": _signed,
    "bool": bool,
    "Time": lambda raw: _time(dict(_wire(raw))),
    "IntOrString": lambda raw: _int_or_string(dict(_wire(raw))),
}
