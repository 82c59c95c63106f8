"""The simulator's line does what the runtime's own does."""

from __future__ import annotations

import random
from array import array

import pytest

from allot_protocol.priority import Priority
from allot_runtime.waiting import Order, Place, WaitingLine
from bench.scaling.line import Line
from bench.scaling.service import Service

DEADLINE = 5.0


@pytest.mark.parametrize("seed", range(30))
def test_takes_the_same_inputs_as_the_runtime(seed: int) -> None:
    generator = random.Random(seed)
    service = Service(deadline_seconds=DEADLINE, queue_capacity=100_000)
    clock = [0.0]
    real: WaitingLine[float] = WaitingLine(
        100_000, lambda arrived: clock[0] - arrived < DEADLINE, Order.BY_SIZE
    )
    ours = Line(service, array("d"))

    for _ in range(300):
        clock[0] += generator.expovariate(5)
        for _ in range(generator.choice([0, 1, 1, 5, 40])):
            tokens = generator.choice([5, 8, 32, 33, 100, 384, 512])
            real.admit([Place(clock[0], tokens)], Priority.SEARCH, clock[0])
            ours.add(clock[0], tokens)
        if generator.random() < 0.3:
            before = len(ours.waits)
            taken = real.take(service.budget, clock[0])
            inputs, _ = ours.take(clock[0])
            assert inputs == len(taken)
            assert list(ours.waits[before:]) == [clock[0] - arrived for arrived in taken]

        assert (ours.count, ours.tokens) == (len(real), real.tokens)


def test_short_room_drops_those_past_their_deadline() -> None:
    line = Line(Service(deadline_seconds=DEADLINE), array("d"))
    for moment in (0.0, 1.0, 2.0):
        line.add(moment, 10)

    assert line.drop_expired(6.5) == 2
    assert (line.count, line.tokens, line.dropped, line.dropped_tokens) == (1, 10, 2, 20)
