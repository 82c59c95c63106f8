from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.priority import Priority
from allot_runtime.batching import Budget
from allot_runtime.counters import Pass
from allot_runtime.engine import Engine
from allot_runtime.models.interface import DenseVector, Output
from allot_runtime.timeline import Timeline
from tests.fakes.echo_model import POISON, EchoModel

CAPACITY = 6


@dataclass(slots=True)
class Bench:
    """An engine with a model that computes once its gate is open."""

    model: EchoModel = field(default_factory=EchoModel)
    engine: Engine = field(default_factory=lambda: Engine(CAPACITY, Budget(tokens=8, inputs=4)))

    def infer(
        self, *texts: str, priority: Priority = Priority.INGEST, seconds: float = 10
    ) -> asyncio.Task[list[Output]]:
        sequences = [self.model.tokenize(text) for text in texts]
        return asyncio.create_task(
            self.engine.infer(sequences, priority=priority, timeout_seconds=seconds)
        )


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    bench.engine.use(bench.model)
    yield bench
    bench.model.gate.set()
    bench.engine.end()


async def hold(bench: Bench) -> asyncio.Task[list[Output]]:
    """Have the compute thread wait in a pass, so that what follows waits in line."""
    first = bench.infer("held")
    await asyncio.to_thread(bench.model.entered.wait, 10)
    return first


def sums(outputs: list[Output]) -> list[float]:
    return [float(one.values[1]) for one in outputs if isinstance(one, DenseVector)]


async def test_outputs_come_in_the_order_of_their_inputs(bench: Bench) -> None:
    bench.model.gate.set()

    outputs = await bench.infer("a", "bb", "ccc", "dddd", "eeeee", "a")

    assert sums(outputs) == [1, 2, 3, 4, 5, 1]


async def test_a_full_line_refuses_the_whole_request_and_says_when_to_come_back(
    bench: Bench,
) -> None:
    held = await hold(bench)
    waiting = bench.infer("a", "b", "c", "d", "e")
    await asyncio.sleep(0)

    with pytest.raises(RequestFault) as refusal:
        await bench.infer("f", "g")
    bench.model.gate.set()

    assert refusal.value.kind is ErrorType.REJECTED
    assert refusal.value.retry_after_seconds == 1
    assert len(await waiting) == 5
    assert len(await held) == 1
    assert bench.engine.snapshot().counters.rejected == 2


async def test_more_inputs_than_the_line_holds_are_told_to_be_fewer(bench: Bench) -> None:
    with pytest.raises(RequestFault, match="send fewer") as refusal:
        await bench.infer(*"abcdefg")

    assert refusal.value.retry_after_seconds is None


async def test_a_request_that_is_too_late_is_told_and_counted(bench: Bench) -> None:
    with pytest.raises(RequestFault, match=r"timeout \[0.01s\]") as late:
        await bench.infer("a", seconds=0.01)

    assert late.value.status == 408
    assert bench.engine.snapshot().counters.timeouts == 1


async def test_inputs_of_a_caller_that_left_are_never_computed(bench: Bench) -> None:
    held = await hold(bench)
    leaving = bench.infer("gone", "gone")
    staying = bench.infer("b")
    await asyncio.sleep(0)

    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    bench.model.gate.set()
    await asyncio.gather(held, staying)

    assert bench.model.batches == [[(4,)], [(1,)]]
    assert bench.engine.pending == 0


async def test_searches_go_before_ingests(bench: Bench) -> None:
    held = await hold(bench)
    ingest = bench.infer("a a a a a a a")
    search = bench.infer("bb bb bb bb bb bb", priority=Priority.SEARCH)
    await asyncio.sleep(0)

    bench.model.gate.set()
    await asyncio.gather(held, ingest, search)

    assert [len(batch[0]) for batch in bench.model.batches] == [1, 6, 7]


async def test_one_bad_input_does_not_fail_its_neighbours(bench: Bench) -> None:
    held = await hold(bench)
    good, bad = bench.infer("good"), bench.infer(POISON)
    await asyncio.sleep(0)

    bench.model.gate.set()
    outcomes = await asyncio.gather(held, good, bad, return_exceptions=True)

    assert sums(outcomes[1]) == [4] if isinstance(outcomes[1], list) else False
    assert isinstance(outcomes[2], RequestFault)
    assert outcomes[2].message == "inference failed: [a poisoned input]"
    assert bench.engine.snapshot().counters.errors == 1


async def test_small_inputs_share_a_pass(bench: Bench) -> None:
    held = await hold(bench)
    waiting = [bench.infer(text) for text in ("a b", "c d", "e", "f")]
    await asyncio.sleep(0)

    bench.model.gate.set()
    await asyncio.gather(held, *waiting)

    assert [len(batch) for batch in bench.model.batches] == [1, 4]
    assert bench.engine.snapshot().counters.forward_passes == 2
    assert bench.engine.snapshot().describe_work()["tokens_done"] == 7


async def test_everything_runs_on_one_thread(bench: Bench) -> None:
    bench.model.gate.set()

    names = {await bench.engine.call(lambda: threading.current_thread().name) for _ in range(3)}

    assert names == {"compute"}


async def test_a_call_that_fails_tells_its_caller(bench: Bench) -> None:
    def fail() -> None:
        raise LookupError("not here")

    with pytest.raises(LookupError, match="not here"):
        await bench.engine.call(fail)

    bench.model.gate.set()
    assert sums(await bench.infer("still")) == [5]


async def test_a_pass_is_told_with_how_long_each_of_its_inputs_waited() -> None:
    now, told = [100.0], list[Pass]()
    budget = Budget(tokens=8, inputs=4)
    engine = Engine(CAPACITY, budget, monotonic=lambda: now[0], observe=told.append)
    bench = Bench(engine=engine)
    engine.use(bench.model)
    held = await hold(bench)
    waiting = bench.infer("a b", "c")
    await asyncio.sleep(0)
    now[0] = 105.0
    bench.model.gate.set()
    await asyncio.gather(held, waiting)

    with pytest.raises(RequestFault):
        await bench.infer(POISON)
    engine.end()

    # Of a pass that failed nothing is told.
    assert told == [Pass(1, (0.0,)), Pass(3, (5.0, 5.0))]


async def test_a_timeline_is_told_when_its_request_was_queued_and_computed(bench: Bench) -> None:
    bench.model.gate.set()
    timeline = Timeline(0.0)

    await bench.engine.infer(
        [bench.model.tokenize(text) for text in "abcde"],
        priority=Priority.INGEST,
        timeout_seconds=10,
        timeline=timeline,
    )

    # Two passes, as four inputs are one's budget.
    assert timeline.computing is not None
    assert timeline.queued_at is not None
    assert timeline.queued_at <= timeline.computing.began < timeline.computing.ended


async def test_an_input_whose_time_is_spent_is_never_computed(bench: Bench) -> None:
    bench.model.gate.set()

    with pytest.raises(RequestFault, match=r"timeout \[10s\]"):
        await bench.engine.infer(
            [bench.model.tokenize("late")],
            priority=Priority.INGEST,
            timeout_seconds=10,
            spent_seconds=10,
        )

    counters = bench.engine.snapshot().counters
    assert (counters.inputs_arrived, counters.timeouts) == (0, 1)


async def test_a_timeout_that_is_spent_in_part_ends_sooner_and_is_told_whole(bench: Bench) -> None:
    held = await hold(bench)

    with pytest.raises(RequestFault, match=r"timeout \[10s\]"):
        await bench.engine.infer(
            [bench.model.tokenize("a")],
            priority=Priority.INGEST,
            timeout_seconds=10,
            spent_seconds=9.99,
        )
    bench.model.gate.set()
    await held
