from __future__ import annotations

import io

from rich.console import Console

from allot_local.progress import ConsoleProgress


def told(*sentences: str, is_terminal: bool = False) -> str:
    output = io.StringIO()
    progress = ConsoleProgress(Console(file=output, force_terminal=is_terminal, width=200))
    for sentence in sentences:
        progress(sentence)
    return output.getvalue()


def test_a_log_has_a_line_for_each_step_with_its_seconds() -> None:
    text = told("Starting etcd", "Building: 1 of 9", "Building: 2 of 9", "Ready: there")

    assert text.splitlines() == [
        "[   0 s] Starting etcd",
        "[   0 s] Building: 1 of 9",
        "[   0 s] Ready: there",
    ]


def test_a_terminal_shows_a_step_that_goes_on_in_one_line() -> None:
    text = told("Building: 1 of 9", "Building: 2 of 9", is_terminal=True)

    assert "2 of 9\r" in text
