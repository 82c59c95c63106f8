"""What happens, told on standard error: standard output is for figures alone."""

from __future__ import annotations

import sys


def say(line: str) -> None:
    """Tell one line."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
