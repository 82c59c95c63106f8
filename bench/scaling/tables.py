"""The tables: policies by trace, and the bars. Aligned for people, tab-separated for scripts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.scaling.results import FIGURES, Results

# Above it, what stands behind the point does not count.
WHOLE_FROM = 100
HEADS = ("trace", "policy", *FIGURES)


def to_rows(results: Results) -> list[list[str]]:
    """Return a row for each policy on each trace; traces that are left out come last."""
    rows = []
    for trace in results.traces:
        for policy, figures in results.summarize(trace).items():
            values = [to_text(figures.means.get(name)) for name in FIGURES]
            rows.append([trace, policy, *values])
    blank = [""] * (len(FIGURES) - 1)
    return rows + [
        [trace, "", f"not measured: {why}", *blank] for trace, why in results.left_out.items()
    ]


def to_text(value: float | None) -> str:
    """Return a figure with the digits that count; "never" for what did not come to pass."""
    if value is None:
        return "-"
    if math.isinf(value):
        return "never"
    if abs(value) >= WHOLE_FROM or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def align(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> str:
    """Return lines for people: a first cell that repeats stands once, figures to the right."""
    shown, before = [list(heads)], ""
    for row in rows:
        shown.append(["" if row[0] == before else row[0], *row[1:]])
        before = row[0]
    whole = [row for row in shown if not any("not measured" in cell for cell in row)]
    widths = [max(len(row[index]) for row in whole) for index in range(len(heads))]
    return "".join(_pad(row, widths) + "\n" for row in shown)


def _pad(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
    cells += [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
    return "  ".join(cells).rstrip()


def separate(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> str:
    """Return lines for scripts."""
    return "".join("\t".join(row) + "\n" for row in [heads, *rows])
