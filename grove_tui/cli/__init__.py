"""The command line: what was asked for, and the only place that writes to the terminal's streams.

Nothing heavy is imported until a command needs it: `--help` and `--version` answer at once.
"""
