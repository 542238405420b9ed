"""The PodCliqueScalingGroup controller: replicas made of several PodCliques."""
