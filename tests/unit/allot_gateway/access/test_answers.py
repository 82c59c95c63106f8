from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_gateway.access.answers import Answers, Crowded, Kept, NotAnswered, Shelf, Terms
from tests.unit.allot_gateway.access.clock import Clock

TERMS = Terms(
    good_seconds=20, bad_seconds=5, stale_seconds=600, patience_seconds=0.02, ask_seconds=0.05
)


class Away(Exception):
    pass


class Oracle:
    """Says yes to questions that begin with y; counts them, fails and hangs as told."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = self.hangs = False
        self.turn = asyncio.Event()
        self.turn.set()

    async def ask(self, question: str) -> bool:
        self.asked.append(question)
        await self.turn.wait()
        if self.hangs:
            await asyncio.Event().wait()
        if self.away:
            raise Away("away")
        return question.startswith("y")


def some_answers(oracle: Oracle, clock: Clock, terms: Terms = TERMS) -> Answers[str, bool]:
    return Answers(oracle.ask, bool, terms, now=clock.now, away=Away)


async def get(answers: Answers[str, bool], question: str) -> bool:
    return (await answers.get(question, question)).answer


async def test_a_good_answer_counts_longer_than_a_bad_one() -> None:
    oracle, clock = Oracle(), Clock()
    answers = some_answers(oracle, clock)
    assert (await get(answers, "yes"), await get(answers, "no")) == (True, False)

    clock.seconds += 6
    await get(answers, "yes")
    await get(answers, "no")
    clock.seconds += 15
    await get(answers, "yes")

    assert oracle.asked == ["yes", "no", "no", "yes"]


async def test_one_question_is_asked_once_at_a_time() -> None:
    oracle = Oracle()
    oracle.turn.clear()
    answers = some_answers(oracle, Clock())

    waiting = [asyncio.create_task(get(answers, "yes")) for _ in range(50)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    oracle.turn.set()

    assert await asyncio.gather(*waiting) == [True] * 50
    assert oracle.asked == ["yes"]


async def test_one_who_leaves_ends_the_question_for_nobody_else() -> None:
    oracle = Oracle()
    oracle.turn.clear()
    answers = some_answers(oracle, Clock())
    first, second = (asyncio.create_task(get(answers, "yes")) for _ in range(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    first.cancel()
    oracle.turn.set()

    assert await second is True


@pytest.mark.parametrize("trouble", ["away", "hangs"])
async def test_an_old_answer_counts_while_there_is_no_newer_one(trouble: str) -> None:
    oracle, clock = Oracle(), Clock()
    answers = some_answers(oracle, clock)
    before = (await get(answers, "yes"), await get(answers, "no"))

    setattr(oracle, trouble, True)
    clock.seconds += 599

    assert (await get(answers, "yes"), await get(answers, "no")) == before
    clock.seconds += 2
    with pytest.raises(NotAnswered):
        await get(answers, "yes")
    await answers.close()


async def test_a_new_question_without_an_answer_is_not_answered() -> None:
    oracle = Oracle()
    oracle.away = True
    answers = some_answers(oracle, Clock())

    with pytest.raises(NotAnswered, match="away"):
        await get(answers, "yes")


async def test_in_trouble_old_answers_count_at_once() -> None:
    oracle, clock = Oracle(), Clock()
    answers = some_answers(oracle, clock)
    await get(answers, "yes")
    await get(answers, "yeah")
    oracle.hangs = True
    clock.seconds += 30

    await get(answers, "yes")
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(20):
        assert await get(answers, "yeah")

    assert loop.time() - began < TERMS.patience_seconds
    await answers.close()


async def test_what_is_told_late_is_known_from_then_on() -> None:
    oracle, clock = Oracle(), Clock()
    answers = some_answers(oracle, clock)
    await get(answers, "yes")
    clock.seconds += 30
    oracle.turn.clear()

    kept = await answers.get("yes", "yes")
    oracle.turn.set()
    await asyncio.sleep(0.01)
    clock.seconds += 3
    later = await answers.get("yes", "yes")

    assert kept.until < 1030 + 20
    assert (later.at, later.until) == (1030, 1050)
    assert len(oracle.asked) == 2


async def test_too_many_questions_at_once_are_refused_and_old_answers_are_not() -> None:
    oracle, clock = Oracle(), Clock()
    answers = some_answers(oracle, clock, Terms(20, 5, most_asked=2))
    await get(answers, "yes")
    clock.seconds += 30
    oracle.turn.clear()
    waiting = [asyncio.create_task(get(answers, question)) for question in ("y1", "y2")]
    await asyncio.sleep(0)

    with pytest.raises(Crowded):
        await get(answers, "y3")
    assert await get(answers, "yes")

    oracle.turn.set()
    assert await asyncio.gather(*waiting) == [True, True]


async def test_an_answer_that_changes_replaces_the_one_before() -> None:
    told: list[Any] = [True, False, True]
    clock = Clock()

    async def ask(_: str) -> bool:
        return bool(told.pop(0))

    answers: Answers[str, bool] = Answers(ask, bool, TERMS, now=clock.now, away=Away)
    found = []
    for _ in range(3):
        found.append(await get(answers, "q"))
        clock.seconds += 30

    assert found == [True, False, True]


async def test_bad_answers_push_no_good_one_out() -> None:
    oracle, clock = Oracle(), Clock()
    answers = some_answers(oracle, clock, Terms(20, 5, most_kept=3))
    await get(answers, "yes")

    for number in range(10):
        await get(answers, f"no{number}")
    await get(answers, "yes")

    assert oracle.asked.count("yes") == 1


def test_a_shelf_drops_the_oldest() -> None:
    shelf: Shelf[int] = Shelf(2)

    for number in (1, 2, 1, 3):
        shelf.put(number, Kept(number, 0, 0))

    assert len(shelf) == 2
    assert (shelf.find(1), shelf.find(2)) == (Kept(1, 0, 0), None)


@given(st.lists(st.tuples(st.floats(0, 400), st.booleans(), st.booleans()), max_size=30))
def test_no_answer_is_older_than_its_terms(steps: list[tuple[float, bool, bool]]) -> None:
    """Fresh while the source is there; at most ten minutes old while it is away."""

    async def follow() -> None:
        clock, truth, away, failed_at = Clock(), [True], [False], [-math.inf]

        async def ask(_: str) -> bool:
            if away[0]:
                failed_at[0] = clock.seconds
                raise Away
            return truth[0]

        answers: Answers[str, bool] = Answers(ask, bool, TERMS, now=clock.now, away=Away)
        for seconds, is_true, is_away in steps:
            clock.seconds += seconds
            truth[0], away[0] = is_true, is_away
            try:
                kept = await answers.get("q", "q")
            except NotAnswered:
                assert is_away
                continue
            age = clock.seconds - kept.at
            fresh = TERMS.good_seconds if kept.answer else TERMS.bad_seconds
            # For two seconds after a failure an old answer counts, whether or not it is over.
            may_be_old = is_away or clock.seconds - failed_at[0] < TERMS.trouble_seconds
            assert age < fresh or (may_be_old and age <= TERMS.stale_seconds)

    asyncio.run(follow())
