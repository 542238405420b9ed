"""The PodGang controller: which pods are to be scheduled together."""
