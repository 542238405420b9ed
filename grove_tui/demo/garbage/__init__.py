"""The simulated garbage collector of kube-controller-manager."""
