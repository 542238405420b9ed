"""Bodies as kubectl 1.32 encodes them are read like their JSON."""

import pytest

from grove_tui.demo.protobuf import read_protobuf
from grove_tui.kube.errors import ApiError, BadRequest

NAMESPACE = (
    b'k8s\x00\n\x0f\n\x02v1\x12\tNamespace\x12\x1b\n\x13\n\x03foo\x12\x00\x1a\x00"\x00*\x002\x008'
    b'\x00B\x00\x12\x00\x1a\x02\n\x00\x1a\x00"\x00'
)
CONFIGMAP = (
    b'k8s\x00\n\x0f\n\x02v1\x12\tConfigMap\x12\x1b\n\x11\n\x01a\x12\x00\x1a\x00"\x00*\x002\x008'
    b'\x00B\x00\x12\x06\n\x01a\x12\x01b\x1a\x00"\x00'
)
SECRET = (
    b'k8s\x00\n\x0c\n\x02v1\x12\x06Secret\x12\x1d\n\x11\n\x01s\x12\x00\x1a\x00"\x00*\x002\x008\x00B'
    b'\x00\x12\x06\n\x01a\x12\x01b\x1a\x00\x1a\x00"\x00'
)
ROLE = (
    b'k8s\x00\n$\n\x1crbac.authorization.k8s.io/v1\x12\x04Role\x12"\n\x11\n\x01r\x12\x00\x1a\x00"'
    b'\x00*\x002\x008\x00B\x00\x12\r\n\x03get\x12\x00\x1a\x04pods\x1a\x00"\x00'
)
PRIORITYCLASS = (
    b'k8s\x00\n%\n\x14scheduling.k8s.io/v1\x12\rPriorityClass\x120\n\x12\n\x02pp\x12\x00\x1a\x00"'
    b'\x00*\x002\x008\x00B\x00\x10\x05\x18\x00"\x00*\x14PreemptLowerPriority\x1a\x00"\x00'
)
SERVICE = (
    b'k8s\x00\n\r\n\x02v1\x12\x07Service\x12f\n\x1d\n\x02sv\x12\x00\x1a\x00"\x00*\x002\x008\x00B'
    b'\x00Z\t\n\x03app\x12\x02sv\x12A\n\x1b\n\x0780-8080\x12\x03TCP\x18P"\x07\x08\x00\x10\x90?\x1a'
    b'\x00(\x00\x12\t\n\x03app\x12\x02sv\x1a\x00"\tClusterIP:\x00B\x00R\x00Z\x00`\x00h\x00\x1a\x02\n'
    b'\x00\x1a\x00"\x00'
)
REVIEW = (
    b"k8s\x00\n2\n\x17authorization.k8s.io/v1\x12\x17SelfSubjectAccessReview\x12<\n\x10\n\x00\x12"
    b'\x00\x1a\x00"\x00*\x002\x008\x00B\x00\x12\x1e\n\x1c\n\x07default\x12\x03get\x1a\x00"\x00*\x04'
    b'pods2\x00:\x00\x1a\x08\x08\x00\x12\x00\x1a\x00 \x00\x1a\x00"\x00'
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (NAMESPACE, {"metadata": {"name": "foo"}}),
        (CONFIGMAP, {"metadata": {"name": "a"}, "data": {"a": "b"}}),
        (SECRET, {"metadata": {"name": "s"}, "data": {"a": "Yg=="}}),
        (
            ROLE,
            {
                "metadata": {"name": "r"},
                "rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}],
            },
        ),
        (
            PRIORITYCLASS,
            {
                "metadata": {"name": "pp"},
                "value": 5,
                "preemptionPolicy": "PreemptLowerPriority",
            },
        ),
        (
            SERVICE,
            {
                "metadata": {"name": "sv", "labels": {"app": "sv"}},
                "spec": {
                    "type": "ClusterIP",
                    "selector": {"app": "sv"},
                    "ports": [
                        {"name": "80-8080", "protocol": "TCP", "port": 80, "targetPort": 8080}
                    ],
                },
            },
        ),
        (
            REVIEW,
            {
                "spec": {
                    "resourceAttributes": {
                        "namespace": "default",
                        "verb": "get",
                        "resource": "pods",
                    }
                }
            },
        ),
    ],
)
def test_bodies_of_kubectl(body: bytes, expected: dict[str, object]):
    found = read_protobuf(body)

    assert found.pop("kind") in body.decode("latin-1")
    assert found.pop("apiVersion") in body.decode("latin-1")
    found = {name: value for name, value in found.items() if value}
    assert found == expected


def test_kind_that_is_not_read_is_unsupported():
    body = NAMESPACE.replace(b"Namespace", b"Galaxyspc")

    with pytest.raises(ApiError) as refused:
        read_protobuf(body)

    assert refused.value.code == 415


@pytest.mark.parametrize("length", range(4, len(NAMESPACE), 7))
def test_body_that_is_cut_short_is_refused_or_reads_as_less(length: int):
    try:
        found = read_protobuf(NAMESPACE[:length])
    except BadRequest:
        return
    assert found["kind"] == "Namespace"


@pytest.mark.parametrize("body", [b"", b"{}", b"k8s\x00", b"k8s\x00\xff\xff\xff"])
def test_what_is_no_protobuf_is_a_bad_request(body: bytes):
    with pytest.raises(BadRequest):
        read_protobuf(body)
