"""``python -m loadstone``: the command line, for where the script is not on the path."""

from __future__ import annotations

from loadstone.cli import main

if __name__ == "__main__":
    main()
