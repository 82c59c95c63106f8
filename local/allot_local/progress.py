"""How long work tells of itself: one call for each change, to a terminal or a log."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from rich.console import Console

# Called with one sentence about what is so now.
Progress = Callable[[str], None]

LOG_EVERY_SECONDS = 15.0


def silent(_sentence: str) -> None:
    """Say nothing."""


class ConsoleProgress:
    """Shows progress on a console: one moving line on a terminal, a line now and then in a log.

    Sentences with the same words before a colon are one step that goes on, such as
    "Building: 12 of 1900 packages".
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = monotonic()
        self._step = ""
        self._printed_at = float("-inf")

    def __call__(self, sentence: str) -> None:
        """Show the sentence with the seconds since the start."""
        now = monotonic()
        step = sentence.partition(": ")[0]
        is_same_step = step == self._step
        line = f"[{now - self._started:4.0f} s] {sentence}"
        if self._console.is_terminal:
            end = "\r" if is_same_step else "\n"
            self._console.file.write(("\x1b[2K" if is_same_step else "") + line + end)
            self._console.file.flush()
        elif not is_same_step or now - self._printed_at > LOG_EVERY_SECONDS:
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)
            self._printed_at = now
        self._step = step
