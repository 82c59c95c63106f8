from __future__ import annotations

import asyncio
import time

import pytest

from allot_api.chunking import SEPARATORS
from allot_gateway.chunking.separators import SearchBudget, build_budget
from allot_protocol.errors import RequestFault

# On the texts below each is tried for minutes, and some for longer than the sun shines.
SECONDS = 0.05
ENDLESS = [
    (r"[ab]*a[ab]*a[ab]*c", "ab" * 100_000),
    (r"(\w+)\s+.*\1{2}", "ab cd " * 50_000),
    (r".*a.*b", "xa" * 100_000),
]


@pytest.mark.parametrize(("separator", "text"), ENDLESS)
def test_a_separator_that_takes_too_long_is_given_up(separator: str, text: str) -> None:
    budget = SearchBudget(SECONDS)
    began = time.thread_time()

    with pytest.raises(RequestFault, match="takes too long in an input of") as refused:
        budget.find(separator, text)

    assert refused.value.status == 400
    assert time.thread_time() - began < 20 * SECONDS


def test_the_bound_holds_for_all_separators_of_a_request_together() -> None:
    separator, text = ENDLESS[-1]
    budget = SearchBudget(SECONDS)
    with pytest.raises(RequestFault):
        budget.find(separator, text)

    with pytest.raises(RequestFault, match="takes too long"):
        budget.find("quick", "a quick one")


async def test_the_loop_goes_on_while_a_thread_searches() -> None:
    separator, text = ENDLESS[-1]
    search = asyncio.create_task(asyncio.to_thread(SearchBudget(0.5).find, separator, text))

    turns = 0
    while not search.done():
        await asyncio.sleep(0.01)
        turns += 1

    # Had the search held the interpreter, there would be a turn before it and one behind it.
    assert turns > 10
    with pytest.raises(RequestFault):
        await search


@pytest.mark.parametrize("name", SEPARATORS)
def test_a_long_line_does_not_exhaust_the_named_groups(name: str) -> None:
    line = "\n" + "x" * 1_000_000 + " " * 1_000_000
    budget = build_budget(len(line))

    assert [budget.find(one, line) for one in SEPARATORS[name][2:]] == [[]] * len(
        SEPARATORS[name][2:]
    )


def test_places_are_found_as_pythons_own_expressions_find_them() -> None:
    assert SearchBudget(1).find(r"^b", "b\nab\nb") == [0, 5]
    assert SearchBudget(1).find(r"", "ab") == [0, 1, 2]


def test_what_is_no_regular_expression_is_refused() -> None:
    with pytest.raises(RequestFault, match=r"Chunk separator \[\(\] is no regular expression"):
        SearchBudget(1).find("(", "a")
