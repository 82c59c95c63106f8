"""What a server holds after minutes of mixed traffic: `python -m bench.memory --help`.

Anonymous memory is counted: files that are mapped are shared between pods and can be let go. What
`import torch` alone takes is taken off, as no server on torch can do without it.
"""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence

from bench import options
from bench.folders import cache_folder
from bench.machine import describe_machine
from bench.models import SHAPES, Task, prepare_model, read_token_ends
from bench.peers.catalog import list_peers
from bench.peers.interface import Setup
from bench.peers.running import Server, serving
from bench.processes import read_anonymous_mebibytes, running
from bench.progress import say
from bench.publishing import check_targets, publish
from bench.report import Report
from bench.rounds import Round
from bench.runtime import TEXTS
from bench.traffic import Turn, load_server
from bench.workloads import Text, Traffic, build_workload

IMPORT_TORCH = "import torch, sys; print(torch.__version__, flush=True); sys.stdin.read()"
BASE = "import-torch"


def parse(argv: Sequence[str]) -> Namespace:
    """Return the options."""
    parser = options.build_parser("bench.memory", "A server's memory over minutes of a mix.")
    parser.set_defaults(rounds=12)
    parser.add_argument("--server", choices=list(list_peers()), default="allot", help="which one")
    parser.add_argument("--clients", type=options.whole(1), default=32, help="all ask at once")
    parser.add_argument("--seconds", type=options.number(0.1), default=15.0, help="of a round")
    dense = [name for name, shape in SHAPES.items() if shape.task is Task.DENSE]
    parser.add_argument("--model", choices=dense, default=dense[0], help="what it serves")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> None:
    """Measure, and write the table: memory after the start and after each round of traffic."""
    given = parse(argv)
    check_targets(given)
    setup = Setup(prepare_model(given.model), given.threads)
    environment = describe_machine(given.threads, ["bench.memory", *argv])
    texts = build_workload(Traffic.MIX, TEXTS, given.seed, read_token_ends(setup.model))
    peer = list_peers()[given.server]
    peer.prepare(setup)
    torch_alone = measure_torch()
    say(f"import torch alone: {torch_alone:.0f} MiB")
    with serving(peer, setup) as server:
        rounds = list(follow(server, texts, given, torch_alone))
    names = ("server", "model", "clients", "threads", "rounds", "seconds", "seed")
    publish(
        Report(
            benchmark="memory",
            ours=given.server,
            settings={name: getattr(given, name) for name in names},
            environment=environment,
            rounds=rounds,
        ),
        given,
    )


def measure_torch() -> float:
    """Return the anonymous memory of a process that has imported torch, in MiB."""
    argv = [sys.executable, "-c", IMPORT_TORCH]
    log = cache_folder("logs") / f"{BASE}.log"
    with running(argv, {}, log, piped=True) as group:
        assert group.process.stdout is not None
        group.process.stdout.readline()
        return read_anonymous_mebibytes(group.process.pid)


def follow(
    server: Server, texts: Sequence[Text], given: Namespace, torch_alone: float
) -> Iterator[Round]:
    """Yield what is held after each round of traffic; the first figure is the start's."""
    began = time.monotonic()
    started = read_anonymous_mebibytes(server.pid)
    turn = Turn(given.clients, 0.0, given.seconds)
    name = server.peer.name
    for _ in range(given.rounds):
        rate = load_server(server, texts, turn)["requests_per_second"]
        held = read_anonymous_mebibytes(server.pid)
        minutes = (time.monotonic() - began) / 60
        say(f"after {minutes:.1f} minutes: {held:.0f} MiB, {held - torch_alone:+.0f} over torch")
        yield {
            name: {
                "over_import_torch_memory": held - torch_alone,
                "over_start_memory": held - started,
                "anonymous_memory": held,
                "requests_per_second": rate,
            },
            BASE: {"anonymous_memory": torch_alone},
        }


if __name__ == "__main__":
    options.run(main)
