from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from allot_gateway.chunking.segments import read_sentence_ends, read_words
from tests.unit.allot_gateway.chunking import walking
from tests.unit.allot_gateway.chunking.texts import any_texts


def test_boundaries_are_in_code_points() -> None:
    words = read_words("a \U0001f600 b\U00010330")

    assert words.boundaries == [0, 1, 2, 3, 4, 6]
    assert words.counts == [0, 1, 1, 1, 1, 2]
    assert read_sentence_ends("\U0001f600! \U0001f600!") == [3, 5]


def test_of_an_empty_text_only_the_start_is_a_boundary() -> None:
    words = read_words("")

    assert (words.length, words.number) == (0, 0)
    assert read_sentence_ends("") == []


def test_words_before_the_start_count_by_elasticsearchs_quirk() -> None:
    words = read_words("\u6771\u4eac\u3002\u5927\u962a\u3002")

    assert words.count(0, 3) == 1
    assert words.count(3, 6) == 2
    assert words.count(2, 6) == 2


def test_a_word_that_is_cut_counts_where_it_ends() -> None:
    words = read_words("one a.b two")

    assert words.count(0, 6) == 1
    assert words.count(6, 11) == 2


@given(any_texts)
def test_the_last_boundary_is_the_texts_end(text: str) -> None:
    ends = [read_words(text).boundaries[-1], *read_sentence_ends(text)[-1:]]

    assert set(ends) == {len(text)}


@given(any_texts, st.data())
def test_counts_are_those_of_a_walk(text: str, data: st.DataObject) -> None:
    start, end = draw_range(data, text)

    assert read_words(text).count(start, end) == walking.count(text, start, end)


@given(any_texts, st.data())
def test_words_are_skipped_as_in_a_walk(text: str, data: st.DataObject) -> None:
    start, end = draw_range(data, text)
    number = data.draw(st.integers(0, walking.count(text, start, end)))

    assert read_words(text).skip(start, number) == walking.skip(text, start, number)


def draw_range(data: Any, text: str) -> tuple[int, int]:
    start = data.draw(st.integers(0, max(len(text) - 1, 0)))
    return start, data.draw(st.integers(min(start + 1, len(text)), len(text)))
