"""Server-side apply: who owns which field, and what an applied configuration changes.

Ownership is kept in `metadata.managedFields` as in Kubernetes, with one simplification: an object
gets the list with its first apply. Until then nobody asks, and most objects are never applied.
What is there by then belongs to `before-first-apply`: it stays where nobody applies it, and gives
way where somebody does.
"""
