"""Which cluster to talk to: kubeconfig files, contexts and the service account of a pod.

kubernetes-asyncio loads credentials, certificates and exec plugins; this module finds the files,
chooses the context and turns what can go wrong into one sentence (`ConfigError`).
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from grove_tui.kube.errors import ConfigError

DEFAULT_PATH = "~/.kube/config"
_PLUGINS = frozenset({"exec", "auth-provider"})


class Context(Struct, frozen=True):
    """One context of a kubeconfig.

    Attributes:
        name: What it is called.
        cluster: Name of its cluster.
        user: Name of its user.
        namespace: `default` where the file names none.
        server: URL of the API.
        has_plugin: Whether a program or a provider gives the credentials; it may ask the person at
            the terminal for something, or use up a token that works only once.
    """

    name: str
    cluster: str
    user: str
    namespace: str
    server: str
    has_plugin: bool = False


class Kubeconfig(Struct, frozen=True):
    """What the kubeconfig files say together; `path` is a list joined as in `KUBECONFIG`."""

    path: str
    contexts: tuple[Context, ...]
    current: str

    def context(self, name: str | None) -> Context:
        """Return the named or the current context; raises `ConfigError` when there is none."""
        wanted = name or self.current
        for context in self.contexts:
            if context.name == wanted:
                return context
        known = ", ".join(c.name for c in self.contexts)
        if not known:
            raise ConfigError(f"kubeconfig {self.path} has no contexts; log in, or use --demo")
        if not wanted:
            raise ConfigError(
                f"kubeconfig {self.path} sets no current-context; pass --context ({known})"
            )
        raise ConfigError(f"context {wanted!r} is not in {self.path}; it has: {known}")


def find_path(path: str | None = None, environ: Mapping[str, str] | None = None) -> str | None:
    """Return the kubeconfig path(s) to use as kubectl would, or `None` when no file exists.

    A path that was asked for by flag is returned whether it exists or not.
    """
    if path:
        return path
    environ = os.environ if environ is None else environ
    listed = environ.get("KUBECONFIG", "")
    if listed:
        return listed
    default = Path(DEFAULT_PATH).expanduser()
    return str(default) if default.exists() else None


def in_cluster(environ: Mapping[str, str] | None = None) -> bool:
    """Return whether this process runs in a pod with a service account."""
    environ = os.environ if environ is None else environ
    return bool(environ.get("KUBERNETES_SERVICE_HOST"))


def read(path: str) -> Kubeconfig:
    """Read and merge the kubeconfig file(s) at `path`; the first to define a name wins.

    Raises:
        ConfigError: No file can be read, or one is not a kubeconfig.
    """
    documents = [_read_file(Path(item).expanduser()) for item in _existing(path)]
    clusters = {c["name"]: c.get("cluster") or {} for c in _entries(documents, "clusters")}
    users = {u["name"]: u.get("user") or {} for u in _entries(documents, "users")}
    contexts: dict[str, Context] = {}
    for entry in _entries(documents, "contexts"):
        body = entry.get("context") or {}
        cluster, user = str(body.get("cluster") or ""), str(body.get("user") or "")
        contexts.setdefault(
            str(entry["name"]),
            Context(
                name=str(entry["name"]),
                cluster=cluster,
                user=user,
                namespace=str(body.get("namespace") or "default"),
                server=str(clusters.get(cluster, {}).get("server") or ""),
                has_plugin=not _PLUGINS.isdisjoint(users.get(user, {})),
            ),
        )
    current = next((str(d["current-context"]) for d in documents if d.get("current-context")), "")
    return Kubeconfig(path, tuple(contexts.values()), current)


def _existing(path: str) -> list[str]:
    items = [item for item in path.split(os.pathsep) if item]
    found = [item for item in items if Path(item).expanduser().exists()]
    if not found:
        raise ConfigError(f"kubeconfig {path} does not exist; pass --kubeconfig or use --demo")
    return found


def _read_file(path: Path) -> dict[str, Any]:
    try:
        document = yaml.load(path.read_text(), yaml.CSafeLoader)
    except OSError as error:
        raise ConfigError(f"kubeconfig {path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0]
        raise ConfigError(f"kubeconfig {path} is not YAML: {first}") from error
    if not isinstance(document, dict) or not isinstance(document.get("contexts") or [], list):
        raise ConfigError(f"the file {path} is not a kubeconfig: it has no list of contexts")
    return document


def _entries(documents: Sequence[dict[str, Any]], section: str) -> list[dict[str, Any]]:
    return [
        entry
        for document in documents
        for entry in document.get(section) or []
        if isinstance(entry, dict) and "name" in entry
    ]
