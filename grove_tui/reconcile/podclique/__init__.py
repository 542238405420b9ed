"""The PodClique controller: pods of one role, their gates and their status."""
