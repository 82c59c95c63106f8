from __future__ import annotations

from allot_operator.scaling.patience import Patience

WINDOW = 20.0


def wish(patience: Patience, *numbers: int, target: int = 5) -> Patience:
    for number in numbers:
        patience = patience.wish(number, target, 5.0, WINDOW)
    return patience


def test_goes_down_to_the_highest_wish_of_a_whole_window() -> None:
    patience = wish(Patience(), 2, 4, 1, 3)

    assert patience.choose(5, WINDOW) == 5
    assert wish(patience, 1).choose(5, WINDOW) == 4


def test_wishes_that_are_older_than_the_window_are_forgotten() -> None:
    assert wish(Patience(), 4, 1, 1, 1, 1, 1).choose(5, WINDOW) == 1


def test_one_wish_for_as_many_begins_anew() -> None:
    patience = wish(Patience(), 1, 1, 1, 1, 5, 1, 1, 1, 1)

    assert patience.choose(5, WINDOW) == 5
    assert wish(patience, 1).choose(5, WINDOW) == 1


def test_a_silence_stops_the_clock_and_a_long_one_begins_anew() -> None:
    patience = wish(Patience(), 1, 1, 1, 1)

    short = wish(patience.wait(5.0), 1)
    long = patience
    for _ in range(7):
        long = long.wait(5.0)

    assert patience.wait(5.0).choose(5, WINDOW) == 5
    assert short.choose(5, WINDOW) == 1
    assert wish(long, 1).choose(5, WINDOW) == 5


def test_nothing_is_remembered_of_wishes_that_cannot_be_the_highest() -> None:
    assert [number for _, number in wish(Patience(), 4, 2, 3, 3, 1).wishes] == [4, 3, 1]
