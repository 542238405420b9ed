"""Reusable Textual widgets: they know rows, not Kubernetes."""
