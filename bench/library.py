"""Engines without servers: one query, 32 queries, 96 passages. `python -m bench.library --help`."""

from __future__ import annotations

import contextlib
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench import options
from bench.cosines import smallest_cosine
from bench.errors import BrokenRun, NotMeasured
from bench.folders import SCRIPTS
from bench.machine import describe_machine, wait_until_quiet
from bench.models import SHAPES, Shape, Task, prepare_graphs, prepare_model, read_token_ends
from bench.peers.catalog import OURS, choose_names
from bench.peers.interface import EXACT, ROUNDED, Setup
from bench.progress import say
from bench.publishing import check_targets, publish
from bench.report import Report
from bench.rounds import Round, plan_turns
from bench.workers import HOMES, Worker, compute_reference, working, working_script
from bench.workloads import Text, Traffic, build_workload

LIMIT = "gemm-limit"
GRAPH_READERS = ("onnxruntime", "openvino", "openvino-bfloat16")
QUERIES, PASSAGES, LONE_QUERIES = 32, 96, 20
CHECKED_TEXTS = 24
# Rows at which matrix products are as fast as they get.
LIMIT_ROWS = 2048


@dataclass(frozen=True, slots=True)
class Job:
    """A figure's name, the batches that make it, and the tokens of each batch."""

    name: str
    batches: list[list[str]]
    lengths: list[list[int]]


@dataclass(slots=True)
class Bout:
    """The engines that take part."""

    workers: dict[str, Worker] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    checks: dict[str, float] = field(default_factory=dict)
    rounds: list[Round] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


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
    dense = [name for name, shape in SHAPES.items() if shape.task is Task.DENSE]
    parser.add_argument("--model", choices=dense, default=dense[0], help="what all compute")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> None:
    """Measure, and write the table."""
    given = parse(argv)
    check_targets(given)
    names = choose_names(given.ours, given.against, list(HOMES))
    setup = Setup(prepare_model(given.model), given.threads)
    environment = describe_machine(given.threads, ["bench.library", *argv])
    jobs = plan_jobs(setup, given.seed)
    with contextlib.ExitStack() as stack:
        bout = enter_all(stack, names, setup, given.seed)
        limit = enter_limit(stack, setup)
        for index, order in enumerate(plan_turns([*bout.workers, LIMIT], given.rounds, given.seed)):
            say(f"round {index + 1} of {given.rounds}: {', '.join(order)}")
            bout.busy.append(wait_until_quiet(given.quiet_seconds))
            play(bout, order, limit, jobs, given)
    if given.ours in bout.left_out:
        raise BrokenRun(f"{given.ours} has no figures: {bout.left_out[given.ours]}")
    publish(build_report(given, bout, environment), given)


def plan_jobs(setup: Setup, seed: int) -> list[Job]:
    """Return the figures: the same texts for every engine."""
    ends = read_token_ends(setup.model)
    queries = build_workload(Traffic.QUERIES, QUERIES, seed, ends)
    passages = build_workload(Traffic.PASSAGES, PASSAGES, seed, ends)
    return [
        build_job("one_query", [[text] for text in queries[:LONE_QUERIES]]),
        build_job(f"queries_{QUERIES}", [queries]),
        build_job(f"passages_{PASSAGES}", [passages]),
    ]


def build_job(name: str, batches: Sequence[Sequence[Text]]) -> Job:
    """Return a figure of these batches."""
    return Job(
        name,
        [[text.text for text in batch] for batch in batches],
        [[text.tokens for text in batch] for batch in batches],
    )


def enter_all(stack: contextlib.ExitStack, names: Sequence[str], setup: Setup, seed: int) -> Bout:
    """Start every engine; leave out those that do not start or give wrong vectors."""
    bout = Bout()
    ends = read_token_ends(setup.model)
    probes = [text.text for text in build_workload(Traffic.MIX, CHECKED_TEXTS, seed + 1, ends)]
    reference = compute_reference(setup, probes)
    for name in names:
        try:
            if name in GRAPH_READERS:
                prepare_graphs(setup.model)
            say(f"starting {name} ...")
            worker = stack.enter_context(working(name, setup))
            bout.checks[name] = check(name, worker, probes, reference)
            bout.workers[name] = worker
        except NotMeasured as why:
            say(f"{name} is not measured: {why}")
            bout.left_out[name] = str(why)
    return bout


def check(
    name: str, worker: Worker, probes: Sequence[str], reference: Sequence[Sequence[float]]
) -> float:
    """Return the smallest cosine to transformers' vectors; raises NotMeasured if too small."""
    found = smallest_cosine(worker.ask({"vectors": list(probes)})["vectors"], reference)
    least = ROUNDED if name.endswith("bfloat16") else EXACT
    if not found >= least:
        raise NotMeasured(f"wrong vectors: cosine {found:.5f} where {least} is asked")
    return found


def enter_limit(stack: contextlib.ExitStack, setup: Setup) -> Worker:
    """Start what measures the machine's own limit."""
    argv = [sys.executable, str(SCRIPTS / "gemm.py"), str(setup.threads)]
    return stack.enter_context(working_script(LIMIT, argv, setup.threads))


def play(
    bout: Bout, order: Sequence[str], limit: Worker, jobs: Sequence[Job], given: Namespace
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
            found[name] = time_jobs(bout.workers[name], jobs, shape, given.seconds)
    bout.rounds.append({name: found[name] for name in [*bout.workers, LIMIT]})


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


def build_report(given: Namespace, bout: Bout, environment: dict[str, object]) -> Report:
    """Return the report; against the limit, a ratio is the share of it that ours reaches."""
    names = ("model", "threads", "rounds", "seconds", "seed")
    return Report(
        benchmark="library",
        ours=given.ours,
        settings={name: getattr(given, name) for name in names},
        environment=environment,
        rounds=bout.rounds,
        left_out=bout.left_out,
        checks=bout.checks,
        busy_before_rounds=bout.busy,
    )


if __name__ == "__main__":
    options.run(main)
