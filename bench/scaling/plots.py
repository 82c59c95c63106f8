"""Drawings: how each policy follows a load, and what waiting costs; with the command in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.captions import wrap_command
from bench.errors import BrokenRun
from bench.scaling.bars import build_sweep
from bench.scaling.engine import Setup, Simulation
from bench.scaling.policies.catalog import BEST_CONSTANT, OURS, SEPARATOR
from bench.scaling.results import Results
from bench.scaling.running import simulate
from bench.scaling.sources import Source

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANEL_WIDTH, PANEL_HEIGHT, MARGIN = 4.2, 2.2, 0.8
CURVE_HEIGHT = 3.2
COLUMNS = 3
MINUTE = 60.0
LEAST_WAIT = 0.001


def draw_timelines(
    sources: Sequence[Source], policies: Sequence[str], setup: Setup, file: Path, command: str
) -> None:
    """Draw load, target, serving allocations and backlog: traces across, policies down."""
    from matplotlib.figure import Figure

    shown = [policy for policy in policies if policy != BEST_CONSTANT]
    if not sources or not shown:
        raise BrokenRun("--plot has nothing to draw: no trace or no policy is there")
    size = (PANEL_WIDTH * len(sources), PANEL_HEIGHT * len(shown) + MARGIN)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(len(shown), len(sources), squeeze=False)
    for column, source in enumerate(sources):
        load = source.draw(setup.seed)
        for row, policy in enumerate(shown):
            panel = axes[row][column]
            _draw_timeline(panel, simulate(setup, load, policy))
            panel.set_title(f"{source.name}: {policy}", fontsize="small")
    axes[0][0].legend(fontsize="x-small", loc="upper left")
    figure.supxlabel(f"minutes\n{wrap_command(command)}", fontsize="x-small")
    figure.savefig(file)


def _draw_timeline(panel: Axes, simulation: Simulation) -> None:
    rate = simulation.setup.service.tokens_per_second
    minutes = [sample.second / MINUTE for sample in simulation.samples]
    load = simulation.load.intensity / rate
    step = max(1, len(load) // 500)
    seconds = range(0, len(load), step)
    panel.fill_between(
        [second / MINUTE for second in seconds], load[::step], color="0.85", label="load"
    )
    serving = [sample.serving for sample in simulation.samples]
    target = [sample.target for sample in simulation.samples]
    panel.step(minutes, target, where="post", color="tab:blue", label="target")
    panel.step(minutes, serving, where="post", color="tab:orange", label="serving")
    panel.set_ylabel("allocations", fontsize="x-small")
    behind = panel.twinx()
    backlog = [sample.backlog / rate for sample in simulation.samples]
    behind.plot(minutes, backlog, color="tab:red", linewidth=0.7, label="backlog")
    behind.set_ylim(0, max(10.0, 1.05 * max(backlog, default=0.0)))
    behind.set_ylabel("backlog, s of one", fontsize="x-small", color="tab:red")
    panel.plot([], [], color="tab:red", linewidth=0.7, label="backlog")


def draw_curves(results: Results, file: Path, command: str) -> None:
    """Draw, for each trace, our sweep as a curve and every other policy as a point."""
    from matplotlib.figure import Figure

    if not results.traces:
        raise BrokenRun("--plot has nothing to draw: no trace is there")
    rows = -(-len(results.traces) // COLUMNS)
    size = (PANEL_WIDTH * COLUMNS, CURVE_HEIGHT * rows + MARGIN)
    figure = Figure(figsize=size, layout="constrained")
    axes = list(figure.subplots(rows, COLUMNS, squeeze=False).flat)
    for panel in axes:
        panel.set_visible(False)
    for panel, trace in zip(axes, results.traces, strict=False):
        panel.set_visible(True)
        _draw_curve(panel, results, trace)
        panel.set_title(trace, fontsize="small")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right upper", fontsize="x-small")
    figure.supylabel("wait of the slowest percent, s", fontsize="x-small")
    figure.supxlabel(f"allocation-seconds\n{wrap_command(command)}", fontsize="x-small")
    figure.savefig(file)


def _draw_curve(panel: Axes, results: Results, trace: str) -> None:
    policies = results.summarize(trace)
    if curve := build_sweep(policies):
        costs = [point.cost for point in curve.points]
        waits = [max(LEAST_WAIT, point.wait) for point in curve.points]
        panel.plot(costs, waits, color="black", marker=".", linewidth=0.8, label="work, swept")
    others = [name for name in policies if SEPARATOR not in name]
    for number, name in enumerate(others):
        wait = max(LEAST_WAIT, policies[name].wait)
        marker = "*" if name == OURS else "osv^Dp<>hXP"[number % 11]
        panel.plot([policies[name].cost], [wait], marker, label=name, color=f"C{number % 10}")
    panel.set_yscale("log")
