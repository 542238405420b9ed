"""The reconciler: makes Grove objects real on any cluster."""
