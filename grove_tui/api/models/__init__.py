"""The Grove API as pydantic models: the source of its CRDs and of type checks of manifests.

Importing it costs a fraction of a second; nothing that runs at start-up does. What stores hold and
controllers read are the Structs of `grove_tui.api.objects`.
"""

from grove_tui.api.models.podclique import PodClique
from grove_tui.api.models.podcliquescalinggroup import PodCliqueScalingGroup
from grove_tui.api.models.podcliqueset import PodCliqueSet
from grove_tui.api.models.podgang import PodGang

__all__ = ["PodClique", "PodCliqueScalingGroup", "PodCliqueSet", "PodGang"]
