"""What an API server makes sure of before it answers: its own namespaces and Service."""

from grove_tui.demo.builtin import NAMESPACES, SERVICES
from grove_tui.demo.registry.options import WriteOptions
from grove_tui.demo.registry.registry import Registry
from grove_tui.demo.statuses import Json
from grove_tui.kube.errors import AlreadyExists

_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
_SERVICE: Json = {
    "metadata": {
        "name": "kubernetes",
        "labels": {"component": "apiserver", "provider": "kubernetes"},
    },
    "spec": {
        "clusterIP": "10.96.0.1",
        "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}],
    },
}


def bootstrap(registry: Registry) -> None:
    """Create what is missing."""
    with registry.storage.batch():
        for name in _NAMESPACES:
            _create(registry, "", {"metadata": {"name": name}})
        _create(registry, "default", _SERVICE)


def _create(registry: Registry, namespace: str, obj: Json) -> None:
    definition = SERVICES if namespace else NAMESPACES
    try:
        registry.create(definition, namespace, obj, WriteOptions())
    except AlreadyExists:
        return
