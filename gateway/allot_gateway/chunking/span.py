"""A part of a text."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """From `start` up to and without `end`, in code points."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the part's text."""
        return text[self.start : self.end]
