"""The ratios as bars with their range: one panel for each figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import BrokenRun
from bench.report import Report
from bench.rounds import Ratio

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANELS = 6
PANEL_WIDTH, BAR_HEIGHT, MARGIN = 4.2, 0.42, 1.3


def group_by_metric(ratios: list[Ratio]) -> dict[str, list[Ratio]]:
    """Return the ratios of each figure, the first few figures only. Pure."""
    groups: dict[str, list[Ratio]] = {}
    for ratio in ratios:
        groups.setdefault(ratio.metric, []).append(ratio)
    return dict(list(groups.items())[:PANELS])


def draw(report: Report, file: Path) -> None:
    """Draw the report's ratios into a file; raises BrokenRun if there are none."""
    from matplotlib.figure import Figure

    groups = group_by_metric(report.list_ratios())
    if not groups:
        raise BrokenRun("--plot has nothing to draw: no engine was compared with ours")
    bars = max(len(group) for group in groups.values())
    size = (PANEL_WIDTH * len(groups), BAR_HEIGHT * bars + MARGIN)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(1, len(groups), squeeze=False)[0]
    for panel, (metric, group) in zip(axes, groups.items(), strict=True):
        _draw_panel(panel, metric, group)
    figure.suptitle(f"{report.benchmark}: {report.ours} against its peers, above 1 is better")
    figure.savefig(file)


def _draw_panel(panel: Axes, metric: str, group: list[Ratio]) -> None:
    medians = [ratio.median for ratio in group]
    ranges = [
        [ratio.median - ratio.low for ratio in group],
        [ratio.high - ratio.median for ratio in group],
    ]
    panel.barh([ratio.against for ratio in group], medians, xerr=ranges, capsize=3)
    panel.axvline(1.0, color="black", linewidth=0.8)
    panel.set_title(metric, fontsize="small")
    panel.invert_yaxis()
