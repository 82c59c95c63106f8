"""The sparse head against the usual formula: time and memory. `python -m bench.sparse --help`."""

from __future__ import annotations

import contextlib
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from bench import options
from bench.errors import NotMeasured
from bench.folders import SCRIPTS
from bench.machine import describe_machine, wait_until_quiet
from bench.models import SHAPES, prepare_model, read_token_ends
from bench.peers.interface import Setup
from bench.progress import say
from bench.publishing import check_targets, publish
from bench.report import Report
from bench.rounds import plan_turns
from bench.workers import Worker, working_script
from bench.workloads import Traffic, build_workload

OURS, USUAL = "allot", "usual"
PASSAGES = 16
PASSAGES_JOB = "passages"
# Weights are logarithms of sums of hundreds of products; this is what float32 leaves of them.
TOLERANCE = 1e-3
# A head whose need hides below its encoder's peak counts as its result does: a float32 for each
# word and passage. So does a time that is less than the clock's noise.
LEAST_MEBIBYTES = PASSAGES * SHAPES["splade"].vocabulary * 4 / 2**20
LEAST_SECONDS = 1e-4


def parse(argv: Sequence[str]) -> Namespace:
    """Return the options."""
    parser = options.build_parser("bench.sparse", "A SPLADE's head against the usual formula.")
    parser.add_argument(
        "--seconds", type=options.number(0), default=24.0, help="of each figure in each turn"
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> None:
    """Measure, and write the table."""
    given = parse(argv)
    check_targets(given)
    setup = Setup(prepare_model("splade"), given.threads)
    environment = describe_machine(given.threads, ["bench.sparse", *argv])
    jobs = plan_jobs(setup, given.seed)
    rounds, busy = [], []
    with contextlib.ExitStack() as stack:
        workers = {way: stack.enter_context(weighing(way, setup)) for way in (OURS, USUAL)}
        check(workers, jobs["query"] + jobs[PASSAGES_JOB][:2])
        for index, order in enumerate(plan_turns([OURS, USUAL], given.rounds, given.seed), 1):
            busy.append(wait_until_quiet(given.quiet_seconds))
            found = {way: take_turn(way, workers[way], setup, jobs, given.seconds) for way in order}
            rounds.append({way: found[way] for way in (OURS, USUAL)})
            say(f"round {index} of {given.rounds}")
    settings = {name: getattr(given, name) for name in ("threads", "rounds", "seconds", "seed")}
    publish(
        Report(
            benchmark="sparse",
            ours=OURS,
            settings=settings,
            environment=environment,
            rounds=rounds,
            busy_before_rounds=busy,
        ),
        given,
    )


def plan_jobs(setup: Setup, seed: int) -> dict[str, list[str]]:
    """Return the texts of each figure."""
    ends = read_token_ends(setup.model)
    passages = build_workload(Traffic.PASSAGES, PASSAGES, seed, ends)
    query = build_workload(Traffic.QUERIES, 1, seed, ends)
    return {"query": [text.text for text in query], PASSAGES_JOB: [text.text for text in passages]}


def weighing(way: str, setup: Setup) -> AbstractContextManager[Worker]:
    """Give a process that has the model loaded; both ways use this environment's torch."""
    options_given = ["--way", way, "--model", str(setup.model), "--threads", str(setup.threads)]
    argv = [sys.executable, str(SCRIPTS / "sparse_head.py"), *options_given]
    return working_script(f"sparse-{way}", argv, setup.threads)


def check(workers: Mapping[str, Worker], texts: Sequence[str]) -> None:
    """Raise NotMeasured when the two ways do not weigh alike."""
    found = {way: worker.ask({"vectors": list(texts)}) for way, worker in workers.items()}
    pairs = zip(found[OURS]["vectors"], found[USUAL]["vectors"], strict=True)
    furthest = max(largest_difference(ours, usual) for ours, usual in pairs)
    if furthest > TOLERANCE:
        raise NotMeasured(f"wrong weights: one is {furthest:.2g} off the usual formula's")


def largest_difference(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return the largest difference of two vectors' weights; a word that is missing weighs 0."""
    return max(
        (abs(one.get(word, 0.0) - other.get(word, 0.0)) for word in {*one, *other}), default=0
    )


def take_turn(
    way: str, worker: Worker, setup: Setup, jobs: Mapping[str, list[str]], seconds: float
) -> dict[str, float]:
    """Return one way's figures in one turn: milliseconds and MiB."""
    figures: dict[str, float] = {}
    for name, texts in jobs.items():
        found = worker.ask({"time": texts, "seconds": seconds})
        figures[f"{name}_whole_time"] = 1000 * found["whole"]
        # Not for a query: ours takes another way through the encoder for a vector than for words.
        if name == PASSAGES_JOB:
            head = max(found["whole"] - found["encoder"], LEAST_SECONDS)
            figures[f"{name}_head_time"] = 1000 * head
    # A process that has computed keeps memory to itself: only a fresh one shows what is needed.
    with weighing(way, setup) as fresh:
        found = fresh.ask({"memory": jobs[PASSAGES_JOB]})
    head = max(found["whole"] - found["encoder"], LEAST_MEBIBYTES)
    return figures | {"passages_head_memory": head, "passages_whole_memory": found["whole"]}


if __name__ == "__main__":
    options.run(main)
