"""kubernetes-asyncio's transport and credentials without its generated models.

Importing `kubernetes_asyncio` normally loads some 1,500 generated modules: a quarter of a second
and 45 MiB that this program never uses, since objects are decoded by `grove_tui.kube.resources`.
The packages are therefore registered without running their `__init__` files, and the models are
left as an empty module; the code for kubeconfig files, credentials, TLS and requests is the
library's own. So is urllib3, of which it needs one function for basic authentication, imported when
that is called. Where the library is already imported whole, that one is used.
"""

import importlib
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


def _register_package(name: str, path: list[str]) -> ModuleType:
    module = ModuleType(name)
    module.__path__ = path
    module.__spec__ = importlib.machinery.ModuleSpec(name, None, is_package=True)
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)
    return module


@contextmanager
def _postponed(name: str) -> Iterator[None]:
    """Let who imports that module meanwhile import it when it is first used."""
    if name in sys.modules:
        yield
        return
    module = sys.modules[name] = ModuleType(name)
    try:
        yield
    finally:
        del sys.modules[name]

    def attribute(wanted: str) -> Any:
        return getattr(importlib.import_module(name), wanted)

    module.__dict__["__getattr__"] = attribute


def _load_slim() -> None:
    spec = importlib.util.find_spec("kubernetes_asyncio")
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError("kubernetes-asyncio is not installed")
    (root, *_) = list(spec.submodule_search_locations)
    _register_package("kubernetes_asyncio", [root])
    client = _register_package("kubernetes_asyncio.client", [f"{root}/client"])
    _register_package("kubernetes_asyncio.client.models", [])
    with _postponed("urllib3"):
        configuration = importlib.import_module("kubernetes_asyncio.client.configuration")
    api_client = importlib.import_module("kubernetes_asyncio.client.api_client")
    client.__dict__["Configuration"] = configuration.Configuration
    client.__dict__["ApiClient"] = api_client.ApiClient


def load() -> tuple[Any, Any]:
    """Return kubernetes-asyncio's `client` and `config` modules, the client without models."""
    if "kubernetes_asyncio" not in sys.modules:
        _load_slim()
    client = sys.modules["kubernetes_asyncio.client"]
    return client, importlib.import_module("kubernetes_asyncio.config")
