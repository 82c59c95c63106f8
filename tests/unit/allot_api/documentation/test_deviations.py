from __future__ import annotations

from allot_api.documentation.deviations import DEVIATIONS


def test_every_difference_says_both_sides_in_one_cell_each() -> None:
    for one in DEVIATIONS:
        assert one.about
        assert one.elasticsearch != one.allot
        assert not {"|", "\n"} & set(one.about + one.elasticsearch + one.allot)


def test_nothing_is_listed_twice() -> None:
    assert len({one.about for one in DEVIATIONS}) == len(DEVIATIONS)
