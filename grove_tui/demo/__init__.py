"""A cluster behind the Kubernetes API, simulated on one machine."""
