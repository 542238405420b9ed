"""The Grove API: objects, names, labels, defaults, validation, CRDs."""
