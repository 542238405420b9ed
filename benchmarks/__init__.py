"""Speed and memory, measured on real processes and a real pseudo-terminal."""
