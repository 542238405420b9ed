"""Manifest files: YAML documents and where in the file they begin."""

from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

MAX_BYTES = 3 * 1024 * 1024
"""What an API server accepts in one request."""


class ManifestError(Exception):
    """A file or a document of it cannot be used; `str()` is one sentence."""


class Manifest(Struct, frozen=True):
    """One object as it was written.

    Attributes:
        body: The object.
        place: Where it begins, for messages: "line 14".
    """

    body: dict[str, Any]
    place: str

    @property
    def api_version(self) -> str:
        """Its `apiVersion`."""
        return str(self.body["apiVersion"])

    @property
    def kind(self) -> str:
        """Its `kind`."""
        return str(self.body["kind"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.body["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """The namespace it names; empty when it leaves that open."""
        return str(self.body["metadata"].get("namespace") or "")

    def __str__(self) -> str:
        return f"{self.kind} {self.name} ({self.place})"


def read_manifests(path: Path) -> list[Manifest]:
    """Read every object of a file; a `List` counts as its items.

    Raises:
        ManifestError: The file cannot be read, is not YAML, or holds something else than objects.
    """
    try:
        if path.is_dir():
            raise ManifestError(f"{path} is a folder; name one file.")
        if path.stat().st_size > MAX_BYTES:
            raise ManifestError(f"{path} is larger than 3 MiB, which no API server takes.")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ManifestError(f"There is no file {path}.") from None
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path} is not text in UTF-8.") from error
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror or error}.") from error
    manifests = parse_manifests(text, str(path))
    if not manifests:
        raise ManifestError(f"{path} holds no object.")
    return manifests


def parse_manifests(text: str, source: str) -> list[Manifest]:
    """Parse every object of a text; `source` is what messages call it."""
    loader = yaml.CSafeLoader(text)
    manifests: list[Manifest] = []
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is not None:
                place = f"line {node.start_mark.line + 1}"
                manifests += _objects(loader.construct_document(node), place, source)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or error
        raise ManifestError(f"{source} is not YAML{place}: {problem}.") from error
    finally:
        loader.dispose()
    return manifests


def _objects(value: Any, place: str, source: str) -> list[Manifest]:
    if value is None:
        return []
    where = f"{source}, {place}"
    if not isinstance(value, dict):
        raise ManifestError(f"{where}: this is no Kubernetes object but a {_words(value)}.")
    if value.get("kind") == "List" and isinstance(value.get("items"), list):
        return [obj for item in value["items"] for obj in _objects(item, place, source)]
    for field in ("apiVersion", "kind"):
        if not isinstance(value.get(field), str) or not value[field]:
            raise ManifestError(f"{where}: {field} is missing.")
    metadata = value.get("metadata")
    if not isinstance(metadata, dict) or not metadata.get("name"):
        raise ManifestError(f"{where}: metadata.name is missing.")
    return [Manifest(value, place)]


def _words(value: Any) -> str:
    return "list" if isinstance(value, list) else "single value"
