"""A drawing of what happened beside what was simulated, with the command in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.captions import wrap_command
from bench.live.traffic import Sent
from bench.scaling.engine import Simulation
from bench.scaling.load import Load

WIDTH, HEIGHT, MARGIN = 6.0, 2.6, 0.6


def draw_stories(
    loads: Mapping[str, Load],
    sent: Mapping[str, Sent],
    simulations: Mapping[str, Simulation],
    file: Path,
    command: str,
) -> None:
    """Draw target, serving pods and waiting inputs over time, a row for each load."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH * 2, HEIGHT * len(loads) + MARGIN), layout="constrained")
    axes = figure.subplots(len(loads), 2, squeeze=False)
    for (numbers, backlog), (name, load) in zip(axes, loads.items(), strict=True):
        seconds = [look.second for look in sent[name].looks]
        numbers.step(seconds, [look.target for look in sent[name].looks], label="target")
        numbers.step(seconds, [look.serving for look in sent[name].looks], label="serving")
        samples = simulations[name].samples
        simulated = [sample.second for sample in samples]
        numbers.step(
            simulated, [sample.target for sample in samples], "--", label="target, simulated"
        )
        numbers.set_title(f"{name}: allocations", fontsize="small")
        numbers.set_xlim(0, load.seconds)
        numbers.legend(fontsize="x-small")
        backlog.plot(seconds, [look.waiting_inputs for look in sent[name].looks], label="happened")
        inputs = [sample.backlog / load.mean_tokens for sample in samples]
        backlog.plot(simulated, inputs, "--", label="simulated")
        backlog.set_title(f"{name}: inputs without an answer", fontsize="small")
        backlog.set_xlim(0, load.seconds)
        backlog.legend(fontsize="x-small")
    figure.supxlabel(f"seconds\n{wrap_command(command)}", fontsize="x-small")
    figure.savefig(file)
