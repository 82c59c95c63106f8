from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allot_runtime.models.fallback import MAX_PADDED_TOKENS, split
from tests.unit.allot_runtime.models.sequences import a_sequence


@given(st.lists(st.integers(1, 600), max_size=40))
def test_groups_are_small_with_their_padding_and_nothing_is_lost(lengths: list[int]) -> None:
    ordered = [a_sequence(*range(length)) for length in sorted(lengths)]

    groups = list(split(ordered))

    assert [sequence for group in groups for sequence in group] == ordered
    assert all(
        len(group) == 1 or len(group) * len(group[-1]) <= MAX_PADDED_TOKENS for group in groups
    )
