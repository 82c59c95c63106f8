"""Engines without servers: one query, 32 queries, 96 passages. `python -m bench.library --help`."""

from __future__ import annotations

import contextlib
import itertools
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass

from bench import options
from bench.bout import Bout
from bench.cosines import smallest_cosine
from bench.errors import NotMeasured
from bench.folders import SCRIPTS
from bench.machine import describe_machine, wait_until_quiet
from bench.models import SHAPES, Shape, Task, prepare_graphs, prepare_model, read_token_ends
from bench.peers.catalog import OURS, choose_names
from bench.peers.interface import EXACT, ROUNDED, Setup
from bench.progress import say
from bench.publishing import check_targets, publish
from bench.rounds import plan_turns
from bench.workers import HOMES, Given, Worker, compute_reference, working, working_script
from bench.workloads import LONGEST_PASSAGE, Text, Traffic, build_workload

LIMIT = "gemm-limit"
GRAPH_READERS = ("onnxruntime", "openvino", "openvino-bfloat16")
QUERIES, PASSAGES, LONE_QUERIES = 32, 96, 20
CHECKED_TEXTS = 24
SETTINGS = ("model", "threads", "rounds", "seconds", "seed")
# Rows at which matrix products are as fast as they get.
LIMIT_ROWS = 2048


@dataclass(frozen=True, slots=True)
class Job:
    """A figure's name, the batches that make it, and the tokens of each batch."""

    name: str
    batches: list[list[Given]]
    lengths: list[list[int]]


def parse(argv: Sequence[str]) -> Namespace:
    """Return the options."""
    parser = options.build_parser("bench.library", "Engines without servers, turn by turn.")
    default = ["sentence-transformers", "onnxruntime", "allot-bfloat16"]
    parser.add_argument(
        "--against", type=options.names, default=default, help=f"of {', '.join(HOMES)}"
    )
    parser.add_argument("--ours", choices=OURS, default=OURS[0], help="whose ratios are told")
    parser.add_argument(
        "--seconds", type=options.number(0), default=3.0, help="of each figure in each turn"
    )
    models = [name for name, shape in SHAPES.items() if shape.task is not Task.SPARSE]
    parser.add_argument("--model", choices=models, default=models[0], help="what all compute")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> None:
    """Measure, and write the table."""
    given = parse(argv)
    check_targets(given)
    names = choose_names(given.ours, given.against, list(HOMES))
    setup = Setup(prepare_model(given.model), given.threads)
    environment = describe_machine(given.threads, ["bench.library", *argv])
    task = SHAPES[given.model].task
    jobs = plan_jobs(setup, given.seed, task)
    probes = plan_jobs(setup, given.seed + 1, task)[-1].batches[0][:CHECKED_TEXTS]
    with contextlib.ExitStack() as stack:
        bout = enter_all(stack, names, setup, probes)
        limit = enter_limit(stack, setup)
        for index, order in enumerate(plan_turns([*bout.engines, LIMIT], given.rounds, given.seed)):
            say(f"round {index + 1} of {given.rounds}: {', '.join(order)}")
            bout.busy.append(wait_until_quiet(given.quiet_seconds))
            play(bout, order, limit, jobs, given)
    bout.require(given.ours)
    # Against the limit, a ratio is the share of it that ours reaches.
    publish(bout.report("library", given, SETTINGS, environment), given)


def plan_jobs(setup: Setup, seed: int, task: Task) -> list[Job]:
    """Return the figures: the same texts for every engine; the last has the most tokens."""
    ends = read_token_ends(setup.model)
    queries = build_workload(Traffic.QUERIES, QUERIES, seed, ends)
    passages = build_workload(Traffic.PASSAGES, PASSAGES, seed, ends)
    if task is Task.PAIRS:
        pairs = pair_up(queries, passages)
        return [
            build_job("one_pair", [[pair] for pair in pairs[:LONE_QUERIES]]),
            build_job(f"pairs_{PASSAGES}", [pairs]),
        ]
    alone = [(text.text, text.tokens) for text in queries]
    return [
        build_job("one_query", [[text] for text in alone[:LONE_QUERIES]]),
        build_job(f"queries_{QUERIES}", [alone]),
        build_job(f"passages_{PASSAGES}", [[(text.text, text.tokens) for text in passages]]),
    ]


def pair_up(queries: Sequence[Text], passages: Sequence[Text]) -> list[tuple[tuple[str, str], int]]:
    """Return each passage with a query and the pair's length: one [CLS] stands for two. Pure.

    Pairs that are too long for every engine alike are left out.
    """
    pairs = zip(itertools.cycle(queries), passages, strict=False)
    both = [((one.text, two.text), one.tokens + two.tokens - 1) for one, two in pairs]
    return [pair for pair in both if pair[1] <= LONGEST_PASSAGE]


def build_job(name: str, batches: Sequence[Sequence[tuple[Given, int]]]) -> Job:
    """Return a figure of batches of texts with their lengths. Pure."""
    return Job(
        name,
        [[given for given, _ in batch] for batch in batches],
        [[tokens for _, tokens in batch] for batch in batches],
    )


def enter_all(
    stack: contextlib.ExitStack, names: Sequence[str], setup: Setup, probes: Sequence[Given]
) -> Bout[Worker]:
    """Start every engine; leave out those that do not start or give wrong vectors."""
    bout: Bout[Worker] = Bout()
    scores_pairs = not isinstance(probes[0], str)
    reference = compute_reference(setup, probes, scores_pairs=scores_pairs)
    for name in names:
        try:
            if name in GRAPH_READERS and not scores_pairs:
                prepare_graphs(setup.model)
            say(f"starting {name} ...")
            worker = stack.enter_context(working(name, setup, scores_pairs=scores_pairs))
            found = worker.ask({"vectors": list(probes)})["vectors"]
            bout.checks[name] = check(name, found, reference, scores_pairs=scores_pairs)
            bout.engines[name] = worker
        except NotMeasured as why:
            bout.leave_out(name, why)
    return bout


def check(
    name: str, found: list[list[float]], wanted: list[list[float]], *, scores_pairs: bool
) -> float:
    """Return the smallest cosine to transformers' vectors; raises NotMeasured if too small.

    The scores of all pairs count as one vector. In float32 the reference's mean is taken off, as
    an offset that all share would hide a wrong order. bfloat16 is not held to that: scores of
    random weights differ by less than it can tell apart.
    """
    is_rounded = name.endswith("bfloat16")
    if scores_pairs:
        offset = 0.0 if is_rounded else sum(score for (score,) in wanted) / len(wanted)
        found, wanted = ([[score - offset for (score,) in scores]] for scores in (found, wanted))
    smallest = smallest_cosine(found, wanted)
    least = ROUNDED if is_rounded else EXACT
    if not smallest >= least:
        raise NotMeasured(f"wrong vectors: cosine {smallest:.5f} where {least} is asked")
    return smallest


def enter_limit(stack: contextlib.ExitStack, setup: Setup) -> Worker:
    """Start what measures the machine's own limit."""
    argv = [sys.executable, str(SCRIPTS / "gemm.py"), str(setup.threads)]
    return stack.enter_context(working_script(LIMIT, argv, setup.threads))


def play(
    bout: Bout[Worker], order: Sequence[str], limit: Worker, jobs: Sequence[Job], given: Namespace
) -> None:
    """Give every engine its turn in one round."""
    shape = SHAPES[given.model]
    found: dict[str, dict[str, float]] = {}
    for name in order:
        if name == LIMIT:
            products = shape.list_products(LIMIT_ROWS)
            answer = limit.ask({"products": products, "seconds": given.seconds})
            found[LIMIT] = {"gflops_per_second": answer["flops_per_second"] / 1e9}
        else:
            found[name] = time_jobs(bout.engines[name], jobs, shape, given.seconds)
    bout.rounds.append({name: found[name] for name in [*bout.engines, LIMIT]})


def time_jobs(
    worker: Worker, jobs: Sequence[Job], shape: Shape, seconds: float
) -> dict[str, float]:
    """Return one engine's figures in one turn; gflops_per_second is of the passages."""
    figures = {}
    for job in jobs:
        taken = worker.ask({"time": job.batches, "seconds": seconds})["seconds"]
        figures[f"{job.name}_time"] = 1000 * sum(taken) / len(taken)
        figures[f"{job.name}_tokens_per_second"] = sum(map(sum, job.lengths)) / sum(taken)
    flops = sum(shape.count_flops(lengths) for lengths in jobs[-1].lengths)
    return figures | {"gflops_per_second": flops / sum(taken) / 1e9}


if __name__ == "__main__":
    options.run(main)
