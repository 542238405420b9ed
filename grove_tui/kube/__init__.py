"""Kubernetes access: objects, client, watches, stores. No Grove logic."""
