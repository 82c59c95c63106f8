"""Figures to tables and JSON: aligned for people, tab-separated for scripts. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from bench.rounds import Ratio, Round, Spread, compare, summarize

COLUMNS = ("engine", "metric", "median", "low", "high", "ratio", "ratio_low", "ratio_high")
# Above it, four digits leave none behind the point.
WHOLE_FROM = 1000
HEADS = ("engine", "figure", "median", "low .. high", "ours is better", "low .. high")


@dataclass(frozen=True, slots=True)
class Report:
    """All that a run has found out. `left_out` says of an engine why it has no figures."""

    benchmark: str
    ours: str
    settings: Mapping[str, object]
    environment: Mapping[str, object]
    rounds: Sequence[Round]
    left_out: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, float] = field(default_factory=dict)
    busy_before_rounds: Sequence[float] = ()
    # Ratios that are not of the same figure of two engines.
    further_ratios: Sequence[Ratio] = ()
    # Figures about the measurement, which no engine is better at.
    notes: tuple[str, ...] = ("generator_cores", "generator_microseconds")

    def list_ratios(self) -> list[Ratio]:
        """Return ours against each other engine."""
        compared = [one for one in compare(self.ours, self.rounds) if one.metric not in self.notes]
        return [*compared, *self.further_ratios]


def to_json(report: Report) -> str:
    """Return the report as a document; `ratios` is what a gate reads."""
    figures = {
        engine: {metric: asdict(spread) for metric, spread in spreads.items()}
        for engine, spreads in summarize(report.rounds).items()
    }
    document = {
        "benchmark": report.benchmark,
        "ours": report.ours,
        "ratios": [asdict(ratio) for ratio in report.list_ratios()],
        "figures": figures,
        "left_out": dict(report.left_out),
        "smallest_cosines": dict(report.checks),
        "settings": dict(report.settings),
        "environment": dict(report.environment),
        "busy_before_rounds": list(report.busy_before_rounds),
        "rounds": list(report.rounds),
    }
    return json.dumps(document, indent=2) + "\n"


def to_rows(report: Report) -> list[list[str]]:
    """Return a row for each engine's figure with its ratio; engines left out come last."""
    ratios = {(one.against, one.metric): one for one in report.list_ratios()}
    rows = []
    for engine, spreads in summarize(report.rounds).items():
        for metric, spread in spreads.items():
            rows.append(_row(engine, metric, spread, ratios.pop((engine, metric), None)))
    rows += [_row(one.against, one.metric, None, one) for one in ratios.values()]
    blank = [""] * (len(COLUMNS) - 2)
    return rows + [
        [engine, f"not measured: {why}", *blank] for engine, why in report.left_out.items()
    ]


def _row(engine: str, metric: str, spread: Spread | None, ratio: Ratio | None) -> list[str]:
    found = [spread.median, spread.low, spread.high] if spread else [None] * 3
    better = [ratio.median, ratio.low, ratio.high] if ratio else [None] * 3
    return [engine, metric, *(to_text(value) for value in [*found, *better])]


def to_text(value: float | None) -> str:
    """Return a number with four digits that count, as no measurement has more."""
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= WHOLE_FROM else f"{value:.4g}"


def to_lines(report: Report) -> str:
    """Return tab-separated lines with a head line."""
    rows = [list(COLUMNS), *to_rows(report)]
    return "".join("\t".join(row) + "\n" for row in rows)


def to_table(report: Report) -> str:
    """Return a table for people: an engine's name stands once, ranges in one column."""
    lines, before = [list(HEADS)], ""
    for engine, metric, median, low, high, ratio, least, most in to_rows(report):
        shown = engine if engine != before else ""
        before = engine
        span = f"{low} .. {high}" if low else ""
        better = f"x {ratio}" if ratio else ""
        lines.append([shown, metric, median, span, better, f"{least} .. {most}" if ratio else ""])
    widths = [max(len(line[i]) for line in lines if is_figure(line)) for i in range(len(HEADS))]
    return "".join(_align(line, widths) + "\n" for line in lines)


def is_figure(line: Sequence[str]) -> bool:
    """Whether a line holds figures and no sentence, which would widen its column."""
    return not line[1].startswith("not measured")


def _align(line: Sequence[str], widths: Sequence[int]) -> str:
    left, right = line[:2], line[2:]
    cells = [text.ljust(width) for text, width in zip(left, widths[:2], strict=True)]
    cells += [text.rjust(width) for text, width in zip(right, widths[2:], strict=True)]
    return "  ".join(cells).rstrip()
