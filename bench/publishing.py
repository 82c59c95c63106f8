"""Where a report goes: a table on standard output, a document and a drawing where asked."""

from __future__ import annotations

import importlib.util
import sys
from argparse import Namespace

from bench.errors import BrokenRun
from bench.plots import draw
from bench.report import Report, to_json, to_lines, to_table

FORMATS = (".png", ".svg", ".pdf")


def check_targets(given: Namespace) -> None:
    """Look before measuring whether the files can be written; raises BrokenRun."""
    for option in ("json", "plot"):
        file = getattr(given, option)
        if file and not file.absolute().parent.is_dir():
            raise BrokenRun(f"--{option} {file}: there is no folder {file.absolute().parent}")
    if given.plot and given.plot.suffix not in FORMATS:
        raise BrokenRun(f"--plot {given.plot}: write a name that ends in {', '.join(FORMATS)}")
    if given.plot and importlib.util.find_spec("matplotlib") is None:
        raise BrokenRun("--plot needs matplotlib: install the extra bench")


def publish(report: Report, given: Namespace) -> None:
    """Write the table: aligned to a terminal, tab-separated to a script; then the files."""
    sys.stdout.write(to_table(report) if sys.stdout.isatty() else to_lines(report))
    sys.stdout.flush()
    if given.json:
        given.json.write_text(to_json(report))
    if given.plot:
        draw(report, given.plot)
