"""What it costs the operator to look at many deployments. `python -m bench.scaling_loop`.

    this process:   ask_round ──► StatsClient ──► 127.x.y.z:PORT/stats
                        └──► Ledger.decide_again           │
    another one:    fake pods, all on one socket ◄─────────┘

The asking, reading and deciding are the operator's own; only the pods are not real.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from allot_cluster.resources import MODEL_DEPLOYMENTS
from allot_operator.clock import utc_now
from allot_operator.observing.ledger import Ledger
from allot_operator.observing.rounds import ask_round
from allot_operator.observing.sightings import Place, Sighting
from allot_operator.observing.stats_client import StatsClient
from allot_operator.scaling.policy import Bound, Policy
from allot_operator.work.keys import Key
from allot_protocol.pods.stats import StatsAsker
from bench import options
from bench.errors import BrokenRun
from bench.fake_pods import FAKE_PODS, find_address
from bench.folders import cache_folder
from bench.machine import ROOT, describe_machine
from bench.processes import find_free_port, running
from bench.progress import say

# The first rounds open connections and learn.
WARM_ROUNDS = 2
# Of one core.
MOST_SHARE = 0.2
NAMESPACE = "default"
ANSWER_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Shares:
    """Of one core, what a round takes of its period; `slowest_seconds` is a round's own time."""

    share: float
    least: float
    most: float
    slowest_seconds: float
    answered: int
    news: int


def parse(argv: Sequence[str]) -> Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.scaling_loop",
        description="What it costs the operator to look at many deployments.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--deployments", type=options.whole(1), default=1000, help="adaptive ones")
    parser.add_argument("--pods", type=options.whole(1), default=2, help="of each deployment")
    parser.add_argument("--period", type=options.number(0.1), default=5.0, help="of a round, s")
    parser.add_argument("--rounds", type=options.whole(1), default=10, help="that are measured")
    parser.add_argument("--json", type=Path, help="write a document with all figures here")
    return parser.parse_args(argv)


def fill_ledger(deployments: int, pods: int) -> Ledger:
    """Return a ledger in which each deployment has pods of its own, all serving."""
    ledger = Ledger()
    for index in range(deployments):
        places = {
            f"pod-{index}-{number}": Place(find_address(index * pods + number), is_serving=True)
            for number in range(pods)
        }
        key = Key(MODEL_DEPLOYMENTS, "bench", f"deployment-{index}")
        ledger.note(key, Sighting(places), Policy(Bound.ADAPTIVE, 1, 32), pods)
    return ledger


async def measure(given: Namespace, port: int) -> Shares:
    """Ask round by round, as the operator does, and return what it took."""
    ledger = fill_ledger(given.deployments, given.pods)
    took: list[tuple[float, float]] = []
    news: list[int] = []
    with closing(StatsAsker()) as asker:
        stats = StatsClient(asker, port)
        await wait_for_answer(stats)
        for _ in range(WARM_ROUNDS + given.rounds):
            began, used = time.monotonic(), time.process_time()
            news.append(await ask_round(ledger, stats, lambda key: None, utc_now, lambda key: None))
            took.append((time.process_time() - used, time.monotonic() - began))
            await asyncio.sleep(max(0.0, given.period - (time.monotonic() - began)))
    measured = took[WARM_ROUNDS:]
    shares = [used / given.period for used, _ in measured]
    uids = ledger.addresses()
    answered = sum(type(ledger.reading_of(uid)).__name__ == "Report" for uid in uids)
    return Shares(
        share=sum(shares) / len(shares),
        least=min(shares),
        most=max(shares),
        slowest_seconds=max(passed for _, passed in measured),
        answered=answered,
        news=sum(news[WARM_ROUNDS:]),
    )


async def wait_for_answer(stats: StatsClient) -> None:
    """Return once the fake pods answer; raises BrokenRun."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while type(await stats.read(find_address(0), NAMESPACE)).__name__ != "Report":
        if time.monotonic() > deadline:
            raise BrokenRun("the fake pods do not answer")
        await asyncio.sleep(0.1)


def main(argv: Sequence[str]) -> None:
    """Measure, and write the figures."""
    given = parse(argv)
    environment = describe_machine(1, ["bench.scaling_loop", *argv])
    port, log = find_free_port(), cache_folder("logs") / "fake-pods.log"
    say(f"{given.rounds + WARM_ROUNDS} rounds of {given.period:g} s ...")
    with running([sys.executable, "-m", FAKE_PODS, str(port)], {"PYTHONPATH": str(ROOT)}, log):
        found = asyncio.run(measure(given, port))
    pods = given.deployments * given.pods
    if found.answered < pods:
        raise BrokenRun(f"only {found.answered} of {pods} pods answered: see {log}")
    verdict = "reached" if found.share <= MOST_SHARE else "not reached"
    sys.stdout.write(
        f"deployments\t{given.deployments}\npods\t{pods}\n"
        f"share of one core\t{found.share:.3f} [{found.least:.3f}, {found.most:.3f}]\n"
        f"slowest round\t{found.slowest_seconds:.2f} s\n"
        f"at most {MOST_SHARE:.0%} of one core\t{verdict}\n"
    )
    if given.json:
        document = asdict(found) | {"verdict": verdict, "environment": environment}
        given.json.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    options.run(main)
