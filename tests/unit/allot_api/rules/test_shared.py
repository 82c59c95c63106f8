from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_api.rules.shared import COUNTS_IN_WORDS, THREAD_COUNTS, is_id


@pytest.mark.parametrize(
    "identifier", [".elser_model_2_linux-x86_64", "msmarco-MiniLM-L12-cos-v5", "a", "9", "a..b"]
)
def test_elasticsearchs_ids_are_ids(identifier: str) -> None:
    assert is_id(identifier)


@pytest.mark.parametrize(
    "text", ["", ".", "..", "_all", "-a", "a-", "a.", "a/b", "a b", "ä", "a\n", "..a", "a%2f"]
)
def test_what_means_something_in_a_url_is_no_id(text: str) -> None:
    assert not is_id(text)


@given(st.from_regex(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", fullmatch=True))
def test_every_kubernetes_name_is_an_id(name: str) -> None:
    assert is_id(name)


def test_thread_counts_are_the_powers_of_two_up_to_32() -> None:
    assert THREAD_COUNTS == (1, 2, 4, 8, 16, 32)
    assert COUNTS_IN_WORDS == "1, 2, 4, 8, 16 or 32"
