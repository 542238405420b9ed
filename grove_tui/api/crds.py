"""The CustomResourceDefinitions of the Grove API, ready to be applied to a cluster."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

PATH = Path(__file__).with_name("crds.json")
"""Written by `grove_tui.api.schemas`, from the models."""


def crds() -> list[dict[str, Any]]:
    """Return the manifests of PodCliqueSet, PodClique, PodCliqueScalingGroup and PodGang.

    Each call returns manifests of its own, so a caller may change them.
    """
    return msgspec.json.decode(_data(), type=list[dict[str, Any]])


@cache
def _data() -> bytes:
    return PATH.read_bytes()
