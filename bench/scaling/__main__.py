"""Simulates adaptive allocations: policies against loads. `python -m bench.scaling`."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from bench import options
from bench.errors import BrokenRun, NotMeasured
from bench.machine import find_commit
from bench.progress import say
from bench.publishing import check_targets
from bench.scaling.bars import judge
from bench.scaling.engine import Setup
from bench.scaling.plots import draw_curves, draw_timelines
from bench.scaling.policies.catalog import OURS, SEPARATOR, list_policies
from bench.scaling.publishing import publish
from bench.scaling.results import Results
from bench.scaling.running import Keeper, Task, run_all
from bench.scaling.service import COST_NOISE, PASS_SECONDS, TOKEN_SECONDS, Cost, Service, Starts
from bench.scaling.sources import FOLDER_VARIABLE, Source, find_source, list_traces
from bench.scaling.traces import LONG_SHAPES

ALL = "all"
# Ours at its defaults, 0.8, belongs to the curve too.
SWEEP = "0.2,0.35,0.5,0.65,0.95"
SAY_EVERY_SECONDS = 10.0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.scaling",
        description="Simulates adaptive allocations: policies against loads.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    traces = ", ".join([*list_traces(), *LONG_SHAPES])
    parser.add_argument(
        "--trace", type=options.names, default=[ALL], metavar="NAME|FILE.csv,...",
        help=f"{ALL}, or some of: {traces}; a CSV has a column of seconds or timestamps and one "
        "of input tokens",
    )  # fmt: skip
    parser.add_argument(
        "--policies", type=options.names, default=[ALL], metavar="NAME,...",
        help=f"{ALL}, or some of: {', '.join(list_policies())}, {OURS}{SEPARATOR}UTILIZATION",
    )  # fmt: skip
    parser.add_argument("--seeds", type=options.whole(1), default=3, help="1 to N, each a run")
    parser.add_argument(
        "--sweep", type=options.names, nargs="?", const=options.names(SWEEP), default=[],
        metavar="SHARE,...", help=f"also {OURS} with these target utilizations ({SWEEP})",
    )  # fmt: skip
    parser.add_argument(
        "--traces", type=Path, help=f"folder of the recorded hour; else ${FOLDER_VARIABLE}"
    )
    parser.add_argument(
        "--split", action="store_true", help="split recorded inputs into chunks, do not cut them"
    )
    _add_service(parser)
    parser.add_argument("--jobs", type=options.whole(1), default=os.cpu_count(), help="processes")
    parser.add_argument(
        "--kept", type=Path, help="a folder that keeps each run, so that none is run again"
    )
    parser.add_argument("--json", type=Path, help="write a document with all figures here")
    parser.add_argument(
        "--plot", type=Path,
        help="draw the first seed's timelines here (.png, .svg or .pdf); with --sweep, the curves",
    )  # fmt: skip
    return parser


def _add_service(parser: argparse.ArgumentParser) -> None:
    positive, usual = options.number(0), Service()
    for option, default, help_text in (
        ("--pass-seconds", PASS_SECONDS, "what a forward pass costs"),
        ("--token-seconds", TOKEN_SECONDS, "what each of its tokens costs"),
        ("--cost-noise", COST_NOISE, "spread of a pass' cost (of its logarithm)"),
        ("--deadline-seconds", usual.deadline_seconds, "how long a client waits"),
        ("--start-seconds", Starts().median_seconds, "median time until a pod serves"),
        ("--start-spread", Starts().spread, "spread of it (of its logarithm)"),
    ):
        parser.add_argument(option, type=positive, default=default, help=help_text)
    parser.add_argument(
        "--queue-capacity", type=options.whole(1), default=usual.queue_capacity,
        help="inputs that may wait at a pod",
    )  # fmt: skip
    parser.add_argument(
        "--one-line", action="store_true",
        help="inputs wait in one line for all pods, as if gateways kept what does not fit a pass",
    )  # fmt: skip
    parser.add_argument("--maximum", type=options.whole(1), default=32, help="most allocations")


def build_setup(given: Namespace, seed: int) -> Setup:
    """Return what all runs of a seed have in common."""
    service = Service(
        cost=Cost(given.pass_seconds, given.token_seconds, given.cost_noise),
        queue_capacity=given.queue_capacity,
        deadline_seconds=given.deadline_seconds,
        is_shared=given.one_line,
    )
    starts = Starts(given.start_seconds, given.start_spread)
    return Setup(service, starts, given.maximum, seed)


def choose_policies(given: Namespace) -> list[str]:
    """Return the policies in order; raises BrokenRun for a name that there is not."""
    known = list_policies()
    for name in given.policies:
        base, _, share = name.partition(SEPARATOR)
        if name != ALL and name not in known and not (base == OURS and _is_number(share)):
            raise BrokenRun(f"--policies {name}: write one of {', '.join([ALL, *known])}")
    for share in given.sweep:
        if not _is_number(share):
            raise BrokenRun(f"--sweep {share}: write shares such as {SWEEP}")
    chosen = known if ALL in given.policies else given.policies
    swept = [f"{OURS}{SEPARATOR}{float(share):g}" for share in given.sweep]
    return list(dict.fromkeys([*chosen, *swept]))


def _is_number(text: str) -> bool:
    try:
        return float(text) > 0
    except ValueError:
        return False


def find_sources(given: Namespace, results: Results) -> list[Source]:
    """Return the traces; those that are not there are noted as left out."""
    names = list_traces() if ALL in given.trace else given.trace
    sources = []
    for name in names:
        try:
            sources.append(find_source(name, given.traces, given.split))
        except NotMeasured as why:
            results.left_out[name] = str(why)
    return sources


def run(given: Namespace, sources: Sequence[Source], results: Results) -> None:
    """Run everything, and tell how far it is."""
    policies = choose_policies(given)
    setups = [build_setup(given, seed) for seed in range(1, given.seeds + 1)]
    tasks = [
        Task(source, policy, setup) for policy in policies for source in sources for setup in setups
    ]
    if given.kept:
        given.kept.mkdir(parents=True, exist_ok=True)
    outcomes, said = {}, time.monotonic()
    for number, (task, outcome) in zip(
        count(1), run_all(tasks, given.jobs, Keeper(given.kept)), strict=False
    ):
        outcomes[task] = outcome
        if time.monotonic() - said > SAY_EVERY_SECONDS or number == len(tasks):
            said = time.monotonic()
            say(f"{number} of {len(tasks)} runs, the last: {task.policy} on {task.source.name}")
    for source in sources:
        for task in tasks:
            if task.source is source:
                results.add(source.name, task.policy, outcomes[task])


def main(argv: Sequence[str]) -> None:
    """Simulate, and write the tables."""
    given = build_parser().parse_args(argv)
    check_targets(given)
    results = Results()
    sources = find_sources(given, results)
    run(given, sources, results)
    command = shlex.join(["python", "-m", "bench.scaling", *argv])
    setup = build_setup(given, 1)
    settings = {
        "command": command,
        "commit": find_commit(),
        "seeds": given.seeds,
        "start_seconds": given.start_seconds,
        "start_spread": given.start_spread,
        "maximum": given.maximum,
        "one_line": given.one_line,
        "inputs": "split into chunks" if given.split else "cut",
        **setup.service.describe(),
    }
    publish(results, judge(results), settings, given.json, sys.stdout)
    if given.plot and given.sweep:
        draw_curves(results, given.plot, command)
    elif given.plot:
        draw_timelines(sources, choose_policies(given), setup, given.plot, command)


if __name__ == "__main__":
    options.run(main)
