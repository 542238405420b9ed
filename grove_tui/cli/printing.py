"""`grove-tui crds`: the CRDs, for `kubectl apply`."""

import sys
from collections.abc import Mapping
from typing import Any

import yaml

from grove_tui.cli.errors import OK


def crds(given: Mapping[str, Any]) -> int:  # noqa: ARG001 - every command takes what was given
    """Print the CRDs as YAML documents."""
    from grove_tui.api.crds import crds as manifests

    sys.stdout.write(
        yaml.dump_all(manifests(), Dumper=yaml.CSafeDumper, sort_keys=False, explicit_start=True)
    )
    return OK
