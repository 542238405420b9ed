"""The simulated kube-scheduler, which also places gangs: their minimum at once or not at all."""
