from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allot_gateway.chunking.recursive_chunks import cut_recursively
from allot_gateway.chunking.segments import read_words
from allot_gateway.chunking.separators import build_budget
from tests.unit.allot_gateway.chunking.texts import any_texts


@given(any_texts, st.integers(10, 30))
def test_a_text_that_fits_is_one_chunk_whatever_the_separators(text: str, size: int) -> None:
    fits = read_words(text).number <= size

    chunks = cut_recursively(text, size, [" ", "."], build_budget(len(text)))

    assert (chunks == [(0, len(text))]) >= fits


def test_a_separator_without_width_splits_before_each_place() -> None:
    text = "-".join(["ab"] * 12)

    chunks = cut_recursively(text, 10, ["(?=-)"], build_budget(len(text)))

    # Each piece "-ab" counts the word before it, and the first does not: 1 + 2*4 = 9, then 2*5.
    assert [chunk.of(text).count("ab") for chunk in chunks] == [5, 5, 2]


def test_fifty_separators_that_are_nowhere_leave_it_to_sentences() -> None:
    text = "A b c d e f. G h i j k l."

    chunks = cut_recursively(text, 10, [f"<{number}>" for number in range(50)], build_budget(25))

    assert [chunk.of(text) for chunk in chunks] == ["A b c d e f. ", "G h i j k l."]
