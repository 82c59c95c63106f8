from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allot_protocol.priority import Priority
from allot_runtime.batching import Budget
from allot_runtime.waiting import INGEST_SHARE, Order, Place, WaitingLine

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
        admitted = line.admit(places(str(number), lengths), priority, float(number))
        assert len(line) == before + (len(lengths) if admitted else 0)
        assert admitted == (before + len(lengths) <= capacity)


@given(requests, st.integers(1, 60))
def test_nothing_is_lost_and_a_pass_keeps_its_budget(
    asked: list[tuple[Priority, list[int]]], tokens: int
) -> None:
    line = a_line()
    sizes: dict[str, int] = {}
    for number, (priority, lengths) in enumerate(asked):
        line.admit(places(str(number), lengths), priority, float(number))
        sizes |= {place.item: place.tokens for place in places(str(number), lengths)}

    taken: list[str] = []
    while batch := line.take(Budget(tokens=tokens, inputs=5), 99.0):
        assert len(batch) == 1 or sum(sizes[item] for item in batch) <= tokens
        taken += batch

    assert sorted(taken) == sorted(sizes)
    assert (len(line), line.tokens) == (0, 0)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20), st.integers(1, 60))
def test_searches_go_before_what_came_earlier(lengths: list[int], tokens: int) -> None:
    line = a_line()
    line.admit(places("ingest", [5, 6, 7]), Priority.INGEST, 0)
    line.admit(places("search", lengths), Priority.SEARCH, 1)

    batch = line.take(Budget(tokens=tokens, inputs=5), 2)

    kinds = [item.partition(".")[0] for item in batch]
    assert kinds == sorted(kinds, reverse=True)
    assert kinds[0] == "search"


def test_a_stream_of_searches_slows_an_ingest_and_never_stops_it() -> None:
    line, one_input = a_line(), Budget(tokens=10, inputs=1)
    line.admit(places("ingest", [5, 5]), Priority.INGEST, 0)
    taken = []
    for number in range(2 * INGEST_SHARE):
        line.admit(places(f"search{number}", [5]), Priority.SEARCH, float(number))
        taken += line.take(one_input, number + 0.5)

    ingested = [index for index, item in enumerate(taken) if item.startswith("ingest")]
    assert ingested == [INGEST_SHARE - 1, 2 * INGEST_SHARE - 1]


@given(st.integers(1, 400), st.lists(st.integers(1, 400), max_size=30))
def test_inputs_of_like_size_keep_their_order(size: int, others: list[int]) -> None:
    line = a_line()
    for number, other in enumerate(others):
        line.admit(places(f"same{number:02}", [size]), Priority.INGEST, float(number))
        line.admit(places(f"other{number:02}", [other]), Priority.INGEST, float(number))

    taken: list[str] = []
    while batch := line.take(Budget(tokens=100, inputs=5), 99.0):
        taken += [item for item in batch if item.startswith("same")]

    assert taken == sorted(taken)


def test_a_query_passes_a_passage_that_came_a_little_earlier_but_not_one_that_waits_long() -> None:
    for passage_came, first in ((9.7, "query.0"), (2.0, "passage.0")):
        line = a_line()
        line.admit(places("passage", [200]), Priority.INGEST, passage_came)
        line.admit(places("query", [8]), Priority.INGEST, 9.8)

        assert line.take(Budget(tokens=1), 10)[0] == first


@given(requests)
def test_tokens_are_those_that_wait(asked: list[tuple[Priority, list[int]]]) -> None:
    line = a_line()
    total = 0
    for number, (priority, lengths) in enumerate(asked):
        line.admit(places(str(number), lengths), priority, float(number))
        total += sum(lengths)
        assert line.tokens == total


def test_by_arrival_the_first_comes_first_whatever_its_size() -> None:
    line: WaitingLine[str] = WaitingLine(9, lambda item: True, Order.BY_ARRIVAL)
    for number, size in enumerate([200, 8, 100, 9]):
        line.admit(places(str(number), [size]), Priority.INGEST, float(number))

    assert line.take(WIDE, 9) == ["0.0", "1.0", "2.0", "3.0"]


def test_inputs_that_nobody_wants_are_never_taken() -> None:
    line = a_line(gone={"a.1"})
    line.admit(places("a", [3, 4, 5]), Priority.INGEST, 0)

    assert line.take(WIDE, 9) == ["a.0", "a.2"]
    assert line.tokens == 0


def test_inputs_that_nobody_wants_make_room() -> None:
    gone: set[str] = set()
    line = a_line(capacity=3, gone=gone)
    line.admit(places("a", [1, 1, 1]), Priority.INGEST, 0)
    assert not line.admit(places("b", [1, 1]), Priority.SEARCH, 1)

    gone |= {"a.0", "a.2"}

    assert line.admit(places("b", [1, 1]), Priority.SEARCH, 1)
    assert line.take(WIDE, 9) == ["b.0", "b.1", "a.1"]
