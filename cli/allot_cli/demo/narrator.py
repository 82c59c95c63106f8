"""What the demo tells a person: numbered steps, the time each took, tables and answers."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.rule import Rule


class Narrator:
    """Prints steps with the seconds since the start, readable also in a log file."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = monotonic()

    def elapsed_seconds(self) -> float:
        """Return the seconds since the demo began."""
        return monotonic() - self._started

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Head a step, and say at its end how long it took."""
        began = monotonic()
        self._console.print(Rule(f"[bold]{title}", align="left"))
        yield
        took, total = monotonic() - began, self.elapsed_seconds()
        self._console.print(f"[dim]done in {took:.0f} s ({total:.0f} s since the start)[/dim]\n")

    def command(self, *words: str) -> None:
        """Show the command that a person would type for what happens now."""
        self.text(f"$ {shlex.join(words)}", style="cyan")

    def progress(self, sentence: str) -> None:
        """Say what is so now, with the seconds since the start."""
        self.text(f"[{self.elapsed_seconds():4.0f} s] {sentence}")

    def text(self, text: str, *, style: str = "") -> None:
        """Print text as it is: no markup, no wrapping."""
        self._console.print(
            text.rstrip("\n"), style=style, markup=False, highlight=False, soft_wrap=True
        )
