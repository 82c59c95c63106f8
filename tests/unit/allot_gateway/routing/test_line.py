from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_gateway.routing.line import INGEST_SHARE, SHORT_TOKENS, SWEEP_FROM, Line, Request
from allot_protocol.priority import Priority

SEARCH, INGEST = Priority.SEARCH, Priority.INGEST


def a_request(priority: Priority = SEARCH, tokens: int = 8, arrived: float = 0.0) -> Request:
    return Request(priority, 1, tokens, arrived)


def take_all(line: Line, now: float) -> list[Request]:
    return [line.take(now) for _ in range(len(line))]


def test_an_empty_line_has_nobody() -> None:
    line = Line()

    assert line.first(0.0) is None
    with pytest.raises(IndexError):
        line.take(0.0)


def test_searches_come_first() -> None:
    line = Line()
    ingest, search = a_request(INGEST), a_request(SEARCH, arrived=1.0)
    line.add(ingest)
    line.add(search)

    assert take_all(line, 2.0) == [search, ingest]


def test_of_the_tokens_one_in_eight_is_an_ingests() -> None:
    line = Line()
    for _ in range(3000):
        line.add(a_request(SEARCH, 8))
        line.add(a_request(INGEST, 100))

    taken = [line.take(1.0) for _ in range(2000)]

    ingested = sum(one.tokens for one in taken if one.priority is INGEST)
    assert ingested / sum(one.tokens for one in taken) == pytest.approx(1 / INGEST_SHARE, rel=0.05)


def test_a_long_request_waits_longer_and_not_for_ever() -> None:
    line = Line()
    long = a_request(tokens=SHORT_TOKENS + 1, arrived=0.0)
    short = [a_request(arrived=moment / 10) for moment in range(1, 20)]
    line.add(long)
    for one in short:
        line.add(one)

    place = take_all(line, 2.0).index(long)

    # At 2.0 its wait counts 2.0 / 1.75 = 1.14: those that came before 0.86 wait longer.
    assert place == 8


def test_by_arrival_size_does_not_matter() -> None:
    line = Line()
    requests = [a_request(tokens=500, arrived=0.0), a_request(tokens=1, arrived=0.1)]
    for one in requests:
        line.add(one, by_size=False)

    assert take_all(line, 1.0) == requests


def test_who_left_takes_no_turn_and_no_room() -> None:
    line = Line()
    requests = [a_request() for _ in range(5)]
    for one in requests:
        line.add(one)
    line.remove(requests[0])
    line.remove(requests[3])
    line.remove(requests[3])

    assert (len(line), line.inputs, line.tokens) == (3, 3, 24)
    assert take_all(line, 1.0) == [requests[1], requests[2], requests[4]]


def test_places_of_those_who_left_do_not_gather() -> None:
    line = Line()
    stays = a_request()
    line.add(stays)
    for _ in range(10 * SWEEP_FROM):
        gone = a_request()
        line.add(gone)
        line.remove(gone)

    assert line._places <= 2 + SWEEP_FROM
    assert take_all(line, 1.0) == [stays]


steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "take", "remove"]),
        st.sampled_from(list(Priority)),
        st.integers(1, 400),
        st.booleans(),
    ),
    max_size=120,
)


@given(steps)
def test_nobody_is_lost_and_each_lane_keeps_its_order(
    steps: list[tuple[str, Priority, int, bool]],
) -> None:
    line, now = Line(), 0.0
    waiting: list[Request] = []
    lanes: dict[tuple[Priority, bool], deque[Request]] = {}
    for step, priority, tokens, by_size in steps:
        now += 0.01
        if step == "add":
            request = a_request(priority, tokens, now)
            line.add(request, by_size=by_size)
            waiting.append(request)
            lanes.setdefault((priority, by_size and tokens > SHORT_TOKENS), deque()).append(request)
        elif waiting and step == "take":
            assert line.first(now) is not None
            taken = line.take(now)
            waiting.remove(taken)
            (lane,) = (lane for lane in lanes.values() if taken in lane)
            assert lane.popleft() is taken
        elif waiting:
            left = waiting.pop(tokens % len(waiting))
            line.remove(left)
            next(lane for lane in lanes.values() if left in lane).remove(left)
        assert len(line) == len(waiting)
        assert line.tokens == sum(one.tokens for one in waiting)
        assert line.inputs == len(waiting)
        assert set(map(id, line)) == set(map(id, waiting))
