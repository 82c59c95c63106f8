"""From a process' start to its first vector: libraries and servers. `python -m bench.startup`."""

from __future__ import annotations

import os
import subprocess
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import options
from bench.errors import NotMeasured
from bench.folders import SCRIPTS
from bench.library import GRAPH_READERS
from bench.machine import describe_machine, wait_until_quiet
from bench.models import SHAPES, Task, prepare_graphs, prepare_model
from bench.peers.catalog import OURS, choose_names, list_peers
from bench.peers.interface import Peer, Setup
from bench.peers.running import serving
from bench.peers.tei import find_binary
from bench.progress import say
from bench.publishing import check_targets, publish
from bench.report import Report
from bench.rounds import plan_turns
from bench.workers import HOMES, find_python

ANSWER_SECONDS = 300.0
LIBRARY, SERVER = "library", "server"
# What takes the time of one start, in seconds.
Start = Callable[[], float]


def parse(argv: Sequence[str]) -> Namespace:
    """Return the options."""
    parser = options.build_parser("bench.startup", "From a process' start to its first vector.")
    parser.add_argument(
        "--libraries",
        type=options.names,
        default=["transformers", "sentence-transformers"],
        help=f"of {', '.join(HOMES)}",
    )
    parser.add_argument(
        "--servers",
        type=options.names,
        default=["infinity-torch", "infinity-optimum", "naive"],
        help=f"of {', '.join(list_peers())}",
    )
    parser.add_argument("--ours", choices=OURS, default=OURS[0], help="whose ratios are told")
    dense = [name for name, shape in SHAPES.items() if shape.task is Task.DENSE]
    parser.add_argument("--model", choices=dense, default=dense[0], help="what all load")
    parser.add_argument("--tei", type=Path, help="text-embeddings-inference's router program")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> None:
    """Measure, and write the table."""
    given = parse(argv)
    check_targets(given)
    setup = Setup(prepare_model(given.model), given.threads)
    environment = describe_machine(given.threads, ["bench.startup", *argv])
    left_out: dict[str, str] = {}
    starts = prepare_libraries(given, setup, left_out) | prepare_servers(given, setup, left_out)
    rounds, busy = [], []
    # Once before the rounds: files that were just written are not in memory yet.
    for index, order in enumerate(plan_turns(list(starts), given.rounds + 1, given.seed)):
        busy.append(wait_until_quiet(given.quiet_seconds))
        found = {name: take_turn(name, starts[name], left_out) for name in order}
        if index:
            rounds.append(gather(found))
            say(f"round {index} of {given.rounds}")
    names = ("model", "threads", "rounds", "seed")
    settings = {name: getattr(given, name) for name in names}
    publish(
        Report(
            benchmark="startup",
            ours=given.ours,
            settings=settings,
            environment=environment,
            rounds=rounds,
            left_out=left_out,
            busy_before_rounds=busy[1:],
        ),
        given,
    )


def prepare_libraries(
    given: Namespace, setup: Setup, left_out: dict[str, str]
) -> dict[tuple[str, str], Start]:
    """Return what starts each library."""
    starts: dict[tuple[str, str], Start] = {}
    for name in choose_names(given.ours, given.libraries, list(HOMES)):
        try:
            if name in GRAPH_READERS:
                prepare_graphs(setup.model)
            starts[LIBRARY, name] = start_library(name, setup)
        except NotMeasured as why:
            left_out[name] = str(why)
    return starts


def start_library(name: str, setup: Setup) -> Start:
    """Return what starts a library in a fresh process and waits for its first vector."""
    script = str(SCRIPTS / "first_answer.py")
    argv = [str(find_python(name)), script, name, str(setup.model), str(setup.threads)]
    environment = os.environ | {"OMP_NUM_THREADS": str(setup.threads), "HF_HUB_OFFLINE": "1"}

    def start() -> float:
        began = time.perf_counter()
        done = subprocess.run(
            argv, env=environment, capture_output=True, timeout=ANSWER_SECONDS, check=False
        )
        if done.returncode:
            raise NotMeasured(f"it ended: {done.stderr.decode(errors='replace')[-600:]}")
        return time.perf_counter() - began

    return start


def prepare_servers(
    given: Namespace, setup: Setup, left_out: dict[str, str]
) -> dict[tuple[str, str], Start]:
    """Return what starts each server."""
    known = list_peers(find_binary(given.tei, os.environ))
    starts: dict[tuple[str, str], Start] = {}
    for name in choose_names(given.ours, given.servers, list(known)):
        try:
            known[name].prepare(setup)
            starts[SERVER, name] = start_server(known[name], setup)
        except NotMeasured as why:
            left_out[name] = str(why)
    return starts


def start_server(peer: Peer, setup: Setup) -> Start:
    """Return what starts a server and waits for its first vector over HTTP."""

    def start() -> float:
        with serving(peer, setup) as server:
            return server.seconds_to_answer

    return start


def take_turn(key: tuple[str, str], start: Start, left_out: dict[str, str]) -> float | None:
    """Return one start's seconds, None if it failed."""
    way, name = key
    try:
        return start()
    except NotMeasured as why:
        say(f"{name} as a {way} is not measured: {why}")
        left_out[name] = str(why)
        return None


def gather(found: dict[tuple[str, str], float | None]) -> dict[str, dict[str, float]]:
    """Return a round's figures by engine: library_start_time, server_start_time. Pure."""
    figures: dict[str, dict[str, float]] = {}
    for (way, name), seconds in found.items():
        if seconds is not None:
            figures.setdefault(name, {})[f"{way}_start_time"] = seconds
    return figures


if __name__ == "__main__":
    options.run(main)
