"""What a queue does to queries and passages together: `python -m bench.fairness --help`.

Queries are to be answered in a mix as soon as they are among themselves, and passages are not to
starve for it. Each turn measures ours three times: queries only, the mix, and the mix first in
first out.
"""

from __future__ import annotations

import contextlib
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace

from bench import options
from bench.errors import NotMeasured
from bench.machine import describe_machine, wait_until_quiet
from bench.models import prepare_model, read_token_ends
from bench.peers.allot import Allot
from bench.peers.interface import Setup
from bench.peers.running import Server, serving
from bench.progress import say
from bench.publishing import check_targets, publish
from bench.report import Report
from bench.rounds import plan_turns
from bench.runtime import TEXTS
from bench.traffic import Turn, load_server
from bench.workloads import Text, Traffic, build_workload

MIX, QUERIES, ARRIVAL = "mix", "queries-only", "first-in-first-out"
IN_ORDER = {"ALLOT_QUEUE_ORDER": "by_arrival"}


def parse(argv: Sequence[str]) -> Namespace:
    """Return the options."""
    parser = options.build_parser("bench.fairness", "Queries and passages in one queue.")
    parser.add_argument("--clients", type=options.whole(1), default=32, help="all ask at once")
    parser.add_argument("--seconds", type=options.number(0.1), default=15.0, help="of a turn")
    parser.add_argument("--warm-seconds", type=options.number(0), default=2.0, help="before it")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> None:
    """Measure, and write the table."""
    given = parse(argv)
    check_targets(given)
    setup = Setup(prepare_model("minilm"), given.threads)
    environment = describe_machine(given.threads, ["bench.fairness", *argv])
    turn = Turn(given.clients, given.warm_seconds, given.seconds)
    ends = read_token_ends(setup.model)
    texts = {
        name: build_workload(traffic, TEXTS, given.seed, ends)
        for name, traffic in ((MIX, Traffic.MIX), (QUERIES, Traffic.QUERIES))
    }
    texts[ARRIVAL] = texts[MIX]
    rounds, busy = [], []
    with contextlib.ExitStack() as stack:
        servers = start_all(stack, setup)
        for index, order in enumerate(plan_turns(list(servers), given.rounds, given.seed), 1):
            busy.append(wait_until_quiet(given.quiet_seconds))
            found = {name: take_turn(servers[name], texts[name], turn) for name in order}
            rounds.append({name: name_kinds(found[name], name) for name in servers})
            say(f"round {index} of {given.rounds}")
    names = ("clients", "threads", "rounds", "seconds", "warm_seconds", "seed")
    publish(
        Report(
            benchmark="fairness",
            ours=MIX,
            settings={name: getattr(given, name) for name in names},
            environment=environment,
            rounds=rounds,
            left_out={},
            busy_before_rounds=busy,
        ),
        given,
    )


def start_all(stack: contextlib.ExitStack, setup: Setup) -> dict[str, Server]:
    """Start a server for each way of asking."""
    peers = {
        MIX: Allot("allot"),
        QUERIES: Allot("allot-queries"),
        ARRIVAL: replace(Allot("allot-in-order"), environment=IN_ORDER),
    }
    servers = {}
    for name, peer in peers.items():
        say(f"starting ours for {name} ...")
        servers[name] = stack.enter_context(serving(peer, setup))
        servers[name].group.suspend()
    return servers


def take_turn(server: Server, texts: Sequence[Text], turn: Turn) -> dict[str, float]:
    """Let one server run alone, and return its figures; raises NotMeasured."""
    server.group.resume()
    try:
        if not server.wait_until_idle():
            raise NotMeasured("it is at work before anybody has asked it")
        return load_server(server, texts, turn)
    finally:
        server.group.suspend()


def name_kinds(figures: dict[str, float], name: str) -> dict[str, float]:
    """Return latencies by the names that a mix gives them, so that queries alone compare. Pure."""
    if name != QUERIES:
        return figures
    return {f"query_{key}": figures[key] for key in ("p50_latency", "p99_latency")}


if __name__ == "__main__":
    options.run(main)
