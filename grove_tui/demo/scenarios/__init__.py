"""Scenarios: what happens in the demo cluster by itself, as lists of steps in YAML.

A step is a mapping with one key:

    - apply: gang-termination.yaml     # an example, a file beside the scenario, or manifests
    - healthy: gang-termination        # wait until all replicas of a PodCliqueSet are available
    - wait: 5                          # seconds
    - scale: {kind: PodClique, name: gang-termination-0-decode, replicas: 1}
    - cordon: fake-node-001            # a node, a list, {nodeOf: LABEL SELECTOR} or `all`
    - uncordon: all
    - kill: {nodeOf: grove.io/podclique=x-0-y}   # stops the kubelet of the first such pod's node
    - revive: all
    - annotate: {kind: Pod, selector: grove.io/podclique=x-0-y, limit: 1,
                 annotations: {demo.grove-tui.io/crash-loop: "1"}}
    - delete: {kind: Node, name: fake-node-001}

A step that a person has made impossible meanwhile, by deleting what it is about, is skipped.
"""

from grove_tui.demo.scenarios.loading import Scenario, load, names
from grove_tui.demo.scenarios.playing import play

__all__ = ["Scenario", "load", "names", "play"]
