from __future__ import annotations

from allot_runtime.sources.eviction import Kept, NoRoom, Room, choose_victims

OLD = Kept("old", 40, last_used=1, is_used=False)
NEW = Kept("new", 40, last_used=2, is_used=False)
USED = Kept("used", 40, last_used=0, is_used=True)


def test_nothing_is_removed_while_there_is_room() -> None:
    assert choose_victims(50, Room(free=50), [OLD, NEW]) == ()
    assert choose_victims(50, Room(free=1000, limit=130), [OLD, NEW]) == ()


def test_the_longest_unused_goes_first_and_no_more_than_needed() -> None:
    assert choose_victims(50, Room(free=20), [NEW, OLD, USED]) == ("old",)
    assert choose_victims(50, Room(free=1000, limit=120), [NEW, OLD]) == ("old",)
    assert choose_victims(100, Room(free=20), [NEW, OLD, USED]) == ("old", "new")


def test_what_is_used_stays_and_both_numbers_are_told() -> None:
    assert choose_victims(101, Room(free=20), [NEW, OLD, USED]) == NoRoom(101, 100, is_limit=False)
    assert choose_victims(90, Room(free=1000, limit=120), [NEW, USED]) == NoRoom(
        90, 80, is_limit=True
    )


def test_a_model_above_the_limit_never_fits() -> None:
    assert choose_victims(90, Room(free=1000, limit=50), []) == NoRoom(90, 50, is_limit=True)
