from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allot_runtime.batching import Budget
from allot_runtime.waiting import Place, Priority, WaitingLine

requests = st.lists(
    st.tuples(st.sampled_from(Priority), st.lists(st.integers(1, 50), min_size=1, max_size=6)),
    max_size=20,
)
WIDE = Budget(tokens=10_000, inputs=10_000)


def a_line(capacity: int = 1_000, gone: set[str] | None = None) -> WaitingLine[str]:
    return WaitingLine(capacity, lambda item: item not in (gone or set()))


def places(name: str, lengths: list[int]) -> list[Place[str]]:
    return [Place(f"{name}.{index}", length) for index, length in enumerate(lengths)]


@given(requests, st.integers(0, 40))
def test_a_request_is_admitted_whole_or_not_at_all(
    asked: list[tuple[Priority, list[int]]], capacity: int
) -> None:
    line = a_line(capacity)
    for number, (priority, lengths) in enumerate(asked):
        before = len(line)
        admitted = line.admit(places(str(number), lengths), priority)
        assert len(line) == before + (len(lengths) if admitted else 0)
        assert admitted == (before + len(lengths) <= capacity)


@given(requests, st.integers(1, 60))
def test_nothing_is_lost_and_searches_come_first_in_their_order(
    asked: list[tuple[Priority, list[int]]], tokens: int
) -> None:
    line = a_line()
    for number, (priority, lengths) in enumerate(asked):
        line.admit(places(str(number), lengths), priority)
    expected = [
        place.item
        for priority in (Priority.SEARCH, Priority.INGEST)
        for number, (its, lengths) in enumerate(asked)
        if its is priority
        for place in places(str(number), lengths)
    ]

    taken: list[str] = []
    while batch := line.take(Budget(tokens=tokens, inputs=5)):
        taken += batch

    assert taken == expected
    assert (len(line), line.tokens) == (0, 0)


@given(requests)
def test_tokens_are_those_that_wait(asked: list[tuple[Priority, list[int]]]) -> None:
    line = a_line()
    total = 0
    for number, (priority, lengths) in enumerate(asked):
        line.admit(places(str(number), lengths), priority)
        total += sum(lengths)
        assert line.tokens == total


def test_inputs_that_nobody_wants_are_never_taken() -> None:
    line = a_line(gone={"a.1"})
    line.admit(places("a", [3, 4, 5]), Priority.INGEST)

    assert line.take(WIDE) == ["a.0", "a.2"]
    assert line.tokens == 0


def test_inputs_that_nobody_wants_make_room() -> None:
    gone: set[str] = set()
    line = a_line(capacity=3, gone=gone)
    line.admit(places("a", [1, 1, 1]), Priority.INGEST)
    assert not line.admit(places("b", [1, 1]), Priority.SEARCH)

    gone |= {"a.0", "a.2"}

    assert line.admit(places("b", [1, 1]), Priority.SEARCH)
    assert line.take(WIDE) == ["b.0", "b.1", "a.1"]
