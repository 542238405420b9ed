"""Whole objects for people to read, with secrets covered until they ask."""

from collections.abc import Mapping
from typing import Any

import yaml

from grove_tui.actions.target import Target
from grove_tui.kube.client import Client

COVER = "••••"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


async def read(client: Client, target: Target) -> dict[str, Any]:
    """Fetch the object as it is now, without the record of its field managers.

    Raises:
        KubeError: It cannot be had.
    """
    body = await client.get_json(target.resource, target.name, target.namespace)
    metadata = {k: v for k, v in body["metadata"].items() if k != "managedFields"}
    head = {"apiVersion": target.resource.api_version, "kind": target.resource.kind}
    return {**head, **body, "metadata": metadata}


def covered(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object with the values of Secrets and of environment variables covered."""
    is_secret = body.get("kind") == "Secret"
    result: dict[str, Any] = {}
    for key, value in body.items():
        if is_secret and key in ("data", "stringData") and isinstance(value, Mapping):
            result[key] = dict.fromkeys(value, COVER)
        else:
            result[key] = _covered(key, value)
    return result


def _covered(key: str, value: Any) -> Any:
    if key == _LAST_APPLIED:
        return COVER
    if key == "env" and isinstance(value, list):
        return [_covered_variable(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _covered(name, item) for name, item in value.items()}
    if isinstance(value, list):
        return [_covered("", item) for item in value]
    return value


def _covered_variable(variable: Any) -> Any:
    if isinstance(variable, Mapping) and variable.get("value"):
        return {**variable, "value": COVER}
    return variable


def to_yaml(body: Mapping[str, Any]) -> str:
    """Return the object as YAML, in the order in which the server sent it."""
    return yaml.dump(body, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.CSafeDumper):
    """Writes texts of several lines as such."""


def _represent_text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)
