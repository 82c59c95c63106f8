from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from allot_operator.judging.repetition import (
    MAX_ALIKE,
    MEMORY,
    QUIET,
    Posting,
    Recollection,
)
from allot_operator.judging.transitions import Notice, Severity
from tests.unit.allot_operator.builders import NOW

SECOND = timedelta(seconds=1)


def a_notice(message: str = "why", reason: str = "CrashLooping") -> Notice:
    return Notice(Severity.WARNING, reason, message)


def test_what_is_new_is_posted() -> None:
    posting, told = Recollection().consider("a", a_notice(), NOW)

    assert posting is Posting.NEW
    assert (told.first, told.count) == (NOW, 1)


def test_what_is_said_again_soon_is_left_out_and_counted_later() -> None:
    memory = Recollection()
    memory.consider("a", a_notice(), NOW)

    soon, _ = memory.consider("a", a_notice(), NOW + SECOND)
    later, told = memory.consider("a", a_notice(), NOW + QUIET)

    assert (soon, later) == (Posting.LEFT_OUT, Posting.COUNTED)
    assert (told.first, told.seen, told.count) == (NOW, NOW + QUIET, 3)


def test_other_words_another_reason_and_another_object_are_news() -> None:
    memory = Recollection()
    memory.consider("a", a_notice(), NOW)

    others = [
        memory.consider("a", a_notice("other"), NOW),
        memory.consider("a", a_notice(reason="Unschedulable"), NOW),
        memory.consider("b", a_notice(), NOW),
    ]

    assert {posting for posting, _ in others} == {Posting.NEW}


def test_ever_new_words_for_one_reason_are_no_news_in_the_end() -> None:
    memory = Recollection()

    postings = [
        memory.consider("a", a_notice(f"{number} pods"), NOW)[0] for number in range(MAX_ALIKE + 3)
    ]

    assert postings == [Posting.NEW] * MAX_ALIKE + [Posting.LEFT_OUT] * 3
    assert memory.consider("a", a_notice("later"), NOW + QUIET)[0] is Posting.NEW


def test_what_was_not_said_for_long_is_news_again() -> None:
    memory = Recollection()
    memory.consider("a", a_notice(), NOW)

    posting, told = memory.consider("a", a_notice(), NOW + MEMORY)

    assert (posting, told.count) == (Posting.NEW, 1)


def test_memory_is_bounded() -> None:
    memory = Recollection(most=3)

    for name in "abcde":
        memory.consider(name, a_notice(), NOW)

    assert len(memory) <= 3


@given(st.lists(st.integers(min_value=0, max_value=120), min_size=1, max_size=200))
def test_a_flapping_condition_writes_at_most_once_in_the_quiet_time(waits: list[int]) -> None:
    memory, now, written = Recollection(), NOW, []

    for wait in waits:
        now += wait * SECOND
        if memory.consider("a", a_notice(), now)[0] is not Posting.LEFT_OUT:
            written.append(now)

    gaps = [later - earlier for earlier, later in pairwise(written)]
    assert all(gap >= QUIET for gap in gaps)
