"""Which node can take which pod, by kube-scheduler's rules; pure."""
