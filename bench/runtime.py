"""Servers under load, turn by turn: `python -m bench.runtime --help`."""

from __future__ import annotations

import contextlib
import os
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import options
from bench.errors import BrokenRun, NotMeasured
from bench.machine import describe_machine, wait_until_quiet
from bench.models import SHAPES, Task, prepare_model, read_token_ends
from bench.peers.catalog import OURS, choose_names, list_peers
from bench.peers.interface import Peer, Setup
from bench.peers.running import Server, serving
from bench.peers.tei import find_binary
from bench.progress import say
from bench.publishing import check_targets, publish
from bench.report import Report
from bench.rounds import Round, plan_turns
from bench.traffic import Turn, load_server
from bench.workers import compute_reference
from bench.workloads import Text, Traffic, build_workload

DEFAULT_AGAINST = "infinity-torch,infinity-optimum,sentence-transformers,onnxruntime,naive"
# Enough that a window rarely repeats a text, few enough that they are made in seconds.
TEXTS = 600
CHECKED_TEXTS = 24


@dataclass(slots=True)
class Bout:
    """The engines that still take part, and what they have shown."""

    servers: dict[str, Server] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    checks: dict[str, float] = field(default_factory=dict)
    rounds: list[Round] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    def leave_out(self, name: str, why: object) -> None:
        """Go on without an engine."""
        say(f"{name} is not measured: {why}")
        self.servers.pop(name, None)
        self.left_out[name] = str(why)


def parse(argv: Sequence[str]) -> Namespace:
    """Return the options."""
    parser = options.build_parser("bench.runtime", "Servers under load, turn by turn.")
    parser.add_argument("--workload", choices=list(Traffic), default=Traffic.MIX, type=Traffic)
    parser.add_argument("--clients", type=options.whole(1), default=32, help="all ask at once")
    parser.add_argument(
        "--against",
        type=options.names,
        default=options.names(DEFAULT_AGAINST),
        help=f"of {', '.join(list_peers())}",
    )
    parser.add_argument("--ours", choices=OURS, default=OURS[0], help="whose ratios are told")
    parser.add_argument("--seconds", type=options.number(0.1), default=10.0, help="of a turn")
    parser.add_argument("--warm-seconds", type=options.number(0), default=2.0, help="before it")
    dense = [name for name, shape in SHAPES.items() if shape.task is Task.DENSE]
    parser.add_argument("--model", choices=dense, default=dense[0], help="what all serve")
    parser.add_argument("--tei", type=Path, help="text-embeddings-inference's router program")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> None:
    """Measure, and write the table."""
    given = parse(argv)
    check_targets(given)
    known = list_peers(find_binary(given.tei, os.environ))
    chosen = [known[name] for name in choose_names(given.ours, given.against, list(known))]
    setup = Setup(prepare_model(given.model), given.threads)
    environment = describe_machine(given.threads, ["bench.runtime", *argv])
    ends = read_token_ends(setup.model)
    texts = build_workload(given.workload, TEXTS, given.seed, ends)
    with contextlib.ExitStack() as stack:
        bout = enter_all(stack, chosen, setup, given.seed)
        play(bout, texts, given)
    if given.ours in bout.left_out:
        raise BrokenRun(f"{given.ours} has no figures: {bout.left_out[given.ours]}")
    publish(build_report(given, bout, environment), given)


def enter_all(stack: contextlib.ExitStack, chosen: Sequence[Peer], setup: Setup, seed: int) -> Bout:
    """Start every engine, and leave out those that do not start or give wrong vectors."""
    bout = Bout()
    ends = read_token_ends(setup.model)
    probes = [text.text for text in build_workload(Traffic.MIX, CHECKED_TEXTS, seed + 1, ends)]
    reference = compute_reference(setup, probes)
    for peer in chosen:
        try:
            peer.prepare(setup)
            say(f"starting {peer.name} ...")
            server = stack.enter_context(serving(peer, setup))
            bout.checks[peer.name] = server.check(probes, reference)
            server.group.suspend()
            bout.servers[peer.name] = server
        except NotMeasured as why:
            bout.leave_out(peer.name, why)
    return bout


def play(bout: Bout, texts: Sequence[Text], given: Namespace) -> None:
    """Give every engine its turn in every round."""
    turn = Turn(given.clients, given.warm_seconds, given.seconds)
    for index, order in enumerate(plan_turns(list(bout.servers), given.rounds, given.seed), 1):
        bout.busy.append(wait_until_quiet(given.quiet_seconds))
        found = {}
        for name in order:
            if name in bout.servers:
                with contextlib.suppress(NotMeasured):
                    found[name] = take_turn(bout, name, texts, turn)
                    rate = found[name]["requests_per_second"]
                    say(f"round {index} of {given.rounds}: {name} {rate:.1f} requests/s")
        bout.rounds.append({name: found[name] for name in bout.servers if name in found})


def take_turn(bout: Bout, name: str, texts: Sequence[Text], turn: Turn) -> dict[str, float]:
    """Let one engine run alone, and return its figures; raises NotMeasured."""
    server = bout.servers[name]
    server.group.resume()
    try:
        server.wait_until_idle()
        figures = load_server(server, texts, turn)
        if not server.wait_until_idle():
            say(f"{name} is still at work long after its last answer")
        return figures
    except NotMeasured as why:
        bout.leave_out(name, why)
        raise
    finally:
        server.group.suspend()


def build_report(given: Namespace, bout: Bout, environment: dict[str, object]) -> Report:
    """Return the report; an engine that failed in a later round keeps its earlier figures."""
    settings = {
        name: getattr(given, name)
        for name in ("model", "workload", "clients", "threads", "rounds", "seconds", "seed")
    }
    return Report(
        benchmark="runtime",
        ours=given.ours,
        settings=settings | {"warm_seconds": given.warm_seconds},
        environment=environment,
        rounds=bout.rounds,
        left_out=bout.left_out,
        checks=bout.checks,
        busy_before_rounds=bout.busy,
    )


if __name__ == "__main__":
    options.run(main)
