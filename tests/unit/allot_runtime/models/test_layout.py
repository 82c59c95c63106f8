from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allot_runtime.models.layout import Layout, Run, Window, plan_layout, plan_windows

many_lengths = st.lists(st.integers(1, 100), max_size=60)


def test_the_shortest_come_first_and_equals_make_a_run() -> None:
    layout = plan_layout([3, 2, 3])

    assert layout == Layout((1, 0, 2), (Run(0, 1, 2), Run(2, 2, 3)))
    assert list(layout.starts()) == [0, 2, 5]
    assert list(layout.lengths()) == [2, 3, 3]
    assert layout.tokens == 8


def test_nothing_has_no_rows() -> None:
    assert plan_layout([]).tokens == 0
    assert plan_windows(plan_layout([]), 64) == ()


@given(many_lengths)
def test_every_sequence_has_its_rows_and_no_row_two_owners(lengths: list[int]) -> None:
    layout = plan_layout(lengths)
    ends = [start + length for start, length in zip(layout.starts(), layout.lengths(), strict=True)]

    assert sorted(layout.order) == list(range(len(lengths)))
    assert [lengths[index] for index in layout.order] == list(layout.lengths())
    assert [0, *ends] == [*layout.starts(), layout.tokens]


@given(many_lengths, st.integers(1, 128))
def test_windows_hold_every_sequence_wholly_and_in_order(lengths: list[int], limit: int) -> None:
    layout = plan_layout(lengths)

    windows = plan_windows(layout, limit)

    assert [length for window in windows for length in window.lengths] == list(layout.lengths())
    assert all(window.rows <= limit or len(window.lengths) == 1 for window in windows)
    starts = [sum(window.rows for window in windows[:index]) for index in range(len(windows))]
    assert [window.start for window in windows] == starts


def test_a_long_sequence_has_a_window_of_its_own() -> None:
    windows = plan_windows(plan_layout([8, 8, 100, 120]), 64)

    assert windows == (Window(0, (8, 8)), Window(16, (100,)), Window(116, (120,)))
