from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allot_runtime.batching import Batch, Budget, choose_budget

budgets = st.builds(Budget, tokens=st.integers(1, 200), inputs=st.integers(1, 20))
lengths = st.lists(st.integers(1, 300), min_size=1, max_size=40)


def fill(budget: Budget, waiting: list[int]) -> list[int]:
    batch, taken = Batch(budget), []
    for tokens in waiting:
        if not batch.has_room(tokens):
            break
        batch = batch.add(tokens)
        taken.append(tokens)
    return taken


@given(budgets, lengths)
def test_a_batch_stays_within_its_budget_unless_one_input_alone_is_longer(
    budget: Budget, waiting: list[int]
) -> None:
    taken = fill(budget, waiting)

    assert len(taken) <= budget.inputs
    assert len(taken) == 1 or sum(taken) <= budget.tokens


@given(budgets, lengths)
def test_the_first_input_always_fits_and_the_order_is_kept(
    budget: Budget, waiting: list[int]
) -> None:
    taken = fill(budget, waiting)

    assert taken == waiting[: len(taken)]
    assert taken


@given(budgets, lengths)
def test_a_batch_ends_only_where_the_next_would_break_the_budget(
    budget: Budget, waiting: list[int]
) -> None:
    taken = fill(budget, waiting)

    if len(taken) < len(waiting):
        longer = [*taken, waiting[len(taken)]]
        assert len(longer) > budget.inputs or sum(longer) > budget.tokens


def test_tokens_count_as_they_are() -> None:
    assert fill(Budget(tokens=100, inputs=9), [10, 10, 40, 40, 10]) == [10, 10, 40, 40]


def test_more_threads_have_more_to_share() -> None:
    assert choose_budget(1) == choose_budget(4) == Budget()
    assert choose_budget(16).tokens > choose_budget(8).tokens > Budget().tokens
