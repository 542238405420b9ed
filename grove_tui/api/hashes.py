"""Hashes over pod templates: they change exactly when pods must be replaced.

Only what ends up in a pod counts: a clique's labels, annotations and podSpec, and the priority
class of the set. Replicas, minAvailable, terminationDelay, start-up type and the like do not. The
hash is taken over canonical JSON (sorted keys), so the order of a manifest's keys is irrelevant,
and costs a few microseconds per clique: nothing needs to be cached.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from grove_tui.api.constants import ANNOTATION_TOPOLOGY_NAME
from grove_tui.api.objects import PodCliqueSetSpec, PodCliqueTemplate

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""Kubernetes' alphabet for names: no vowels and nothing that looks alike."""
_LENGTH = 10
_ENCODER = msgspec.json.Encoder(order="sorted")
_POD_SPEC_DEFAULTS = {"restartPolicy": "Always", "terminationGracePeriodSeconds": 30}
"""Written by admission where absent; a template must hash alike with and without admission."""


def pod_template_hash(clique: PodCliqueTemplate | Mapping[str, Any], priority_class: str) -> str:
    """Return the hash of one clique's pods.

    Args:
        clique: An entry of `spec.template.cliques`, as Struct or JSON.
        priority_class: The set's `priorityClassName`, which stands in for the podSpec's.
    """
    return _digest([_pod_template(clique, priority_class)])


def generation_hash(spec: PodCliqueSetSpec | Mapping[str, Any]) -> str:
    """Return the hash of all cliques of a PodCliqueSet's spec, in their order."""
    if isinstance(spec, PodCliqueSetSpec):
        cliques: Iterable[Any] = spec.template.cliques
        priority_class = spec.template.priority_class_name
    else:
        template = spec.get("template") or {}
        cliques = template.get("cliques") or ()
        priority_class = template.get("priorityClassName") or ""
    return _digest([_pod_template(clique, priority_class) for clique in cliques])


def _pod_template(
    clique: PodCliqueTemplate | Mapping[str, Any], priority_class: str
) -> tuple[Any, Any, Any]:
    labels: Mapping[str, Any]
    if isinstance(clique, PodCliqueTemplate):
        labels, annotations, pod_spec = clique.labels, clique.annotations, clique.spec.pod_spec
    else:
        labels, annotations = clique.get("labels") or {}, clique.get("annotations") or {}
        pod_spec = (clique.get("spec") or {}).get("podSpec") or {}
    annotations = {k: v for k, v in annotations.items() if k != ANNOTATION_TOPOLOGY_NAME}
    given = {key: value for key, value in pod_spec.items() if value is not None}
    return labels, annotations, _POD_SPEC_DEFAULTS | given | {"priorityClassName": priority_class}


def _digest(value: Any) -> str:
    number = int.from_bytes(hashlib.blake2b(_ENCODER.encode(value), digest_size=8).digest(), "big")
    digits = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(digits)
