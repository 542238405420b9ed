"""`python -m grove_tui` and the `grove-tui` command."""

import sys

from grove_tui.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
