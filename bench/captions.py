"""The command that made a drawing, as it stands below it. Pure."""

from __future__ import annotations

import textwrap

LINE_LETTERS = 120


def wrap_command(command: str) -> str:
    """Return a command in lines that fit below a drawing, cut after words and commas."""
    spaced = command.replace(",", ", ")
    return textwrap.fill(spaced, LINE_LETTERS, break_on_hyphens=False).replace(", ", ",")
