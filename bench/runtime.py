"""Servers under load, turn by turn: `python -m bench.runtime --help`."""

from __future__ import annotations

import contextlib
import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from bench import options
from bench.bout import Bout
from bench.errors import NotMeasured
from bench.machine import describe_machine, wait_until_quiet
from bench.models import SHAPES, Task, prepare_model, read_token_ends
from bench.peers.catalog import OURS, choose_names, list_peers
from bench.peers.interface import Peer, Setup
from bench.peers.running import Server, serving
from bench.peers.tei import find_binary
from bench.progress import say
from bench.publishing import check_targets, publish
from bench.rounds import plan_turns
from bench.traffic import Turn, load_server
from bench.workers import compute_reference
from bench.workloads import Text, Traffic, build_workload

DEFAULT_AGAINST = "infinity-torch,infinity-optimum,sentence-transformers,onnxruntime,naive"
# Enough that a window rarely repeats a text, few enough that they are made in seconds.
TEXTS = 600
CHECKED_TEXTS = 24
SETTINGS = (
    "model", "workload", "clients", "threads", "rounds", "seconds", "seed", "warm_seconds"
)  # fmt: skip


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
    bout.require(given.ours)
    publish(bout.report("runtime", given, SETTINGS, environment), given)


def enter_all(
    stack: contextlib.ExitStack, chosen: Sequence[Peer], setup: Setup, seed: int
) -> Bout[Server]:
    """Start every engine, and leave out those that do not start or give wrong vectors."""
    bout: Bout[Server] = Bout()
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
            bout.engines[peer.name] = server
        except NotMeasured as why:
            bout.leave_out(peer.name, why)
    return bout


def play(bout: Bout[Server], texts: Sequence[Text], given: Namespace) -> None:
    """Give every engine its turn in every round."""
    turn = Turn(given.clients, given.warm_seconds, given.seconds)
    for index, order in enumerate(plan_turns(list(bout.engines), given.rounds, given.seed), 1):
        bout.busy.append(wait_until_quiet(given.quiet_seconds))
        found = {}
        for name in order:
            if name in bout.engines:
                with contextlib.suppress(NotMeasured):
                    found[name] = take_turn(bout, name, texts, turn)
                    rate = found[name]["requests_per_second"]
                    say(f"round {index} of {given.rounds}: {name} {rate:.1f} requests/s")
        bout.rounds.append({name: found[name] for name in bout.engines if name in found})


def take_turn(bout: Bout[Server], name: str, texts: Sequence[Text], turn: Turn) -> dict[str, float]:
    """Let one engine run alone, and return its figures; raises NotMeasured."""
    server = bout.engines[name]
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


if __name__ == "__main__":
    options.run(main)
