"""grove-tui: see and steer Grove's gang-scheduled workloads from a terminal."""

__version__ = "0.1.0"
