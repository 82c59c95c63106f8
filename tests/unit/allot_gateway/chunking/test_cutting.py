"""What holds for every strategy: nothing lost, nothing too large, nothing backwards."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_api.chunking import (
    SEPARATORS,
    Chunking,
    NoChunking,
    RecursiveChunking,
    SentenceChunking,
    WordChunking,
)
from allot_api.terms import SeparatorGroup
from allot_gateway.chunking.cutting import cut_text
from allot_gateway.chunking.segments import read_words
from allot_gateway.chunking.separators import build_budget
from allot_gateway.chunking.span import Span
from tests.unit.allot_gateway.chunking.texts import any_texts, spaced_texts

sizes = st.integers(10, 40)
sentence_chunkings = st.builds(SentenceChunking, sizes, st.integers(0, 1))
word_chunkings = st.builds(WordChunking, sizes, st.integers(1, 5))
recursive_chunkings = st.builds(
    RecursiveChunking,
    sizes,
    st.sampled_from(
        [*SEPARATORS.values(), (", ", " "), (r"(?=\s)", r"\b"), ("$", "^"), (".", "x*")]
    ),
)
any_chunkings = st.one_of(
    sentence_chunkings, word_chunkings, recursive_chunkings, st.just(NoChunking())
)


def cut(text: str, chunking: Chunking) -> list[Span]:
    return cut_text(text, chunking, build_budget(len(text)))


def words_within(text: str, span: Span) -> int:
    """The text's words that are wholly in a part."""
    boundaries = read_words(text).boundaries
    counts = read_words(text).counts
    return sum(
        after > before and start >= span.start and end <= span.end
        for (start, end), (before, after) in zip(
            pairwise(boundaries), pairwise(counts), strict=True
        )
    )


def test_no_strategy_leaves_the_whole_input() -> None:
    assert cut("A b. C d.", NoChunking()) == [(0, 9)]


@given(any_texts, any_chunkings)
def test_chunks_are_parts_of_the_text_from_its_first_character(
    text: str, chunking: Chunking
) -> None:
    chunks = cut(text, chunking)

    assert chunks[0].start == 0
    assert all(chunk.start < chunk.end <= len(text) for chunk in chunks) or chunks == [(0, 0)]


@given(any_texts, any_chunkings)
def test_no_word_is_lost(text: str, chunking: Chunking) -> None:
    chunks = cut(text, chunking)

    assert all(right.start <= left.end for left, right in pairwise(chunks))
    assert not words_within(text, Span(chunks[-1].end, len(text)))


@given(any_texts, st.one_of(sentence_chunkings, recursive_chunkings))
def test_but_for_the_word_strategy_no_character_is_lost(text: str, chunking: Chunking) -> None:
    assert cut(text, chunking)[-1].end == len(text)


@given(spaced_texts, any_chunkings)
def test_each_chunk_begins_and_ends_behind_the_last(text: str, chunking: Chunking) -> None:
    chunks = cut(text, chunking)

    assert all(
        left.start < right.start and left.end < right.end for left, right in pairwise(chunks)
    )


@given(any_texts, st.one_of(sentence_chunkings, word_chunkings))
def test_no_chunk_has_more_words_than_allowed(
    text: str, chunking: SentenceChunking | WordChunking
) -> None:
    chunks = cut(text, chunking)

    assert max(words_within(text, chunk) for chunk in chunks) <= chunking.max_chunk_size


@given(spaced_texts, recursive_chunkings)
def test_no_chunk_between_separators_has_more_words_than_allowed(
    text: str, chunking: RecursiveChunking
) -> None:
    chunks = cut(text, chunking)

    assert max(words_within(text, chunk) for chunk in chunks) <= chunking.max_chunk_size


@given(any_texts, sizes)
def test_sentences_without_overlap_share_words_of_long_sentences_only(text: str, size: int) -> None:
    chunks = cut(text, SentenceChunking(size, 0))

    shared = [words_within(text, Span(right.start, left.end)) for left, right in pairwise(chunks)]
    assert max(shared, default=0) <= min(20, (size - 1) // 2)


@pytest.mark.parametrize(
    "chunking",
    [
        SentenceChunking(),
        WordChunking(250, 100),
        RecursiveChunking(250, SEPARATORS[SeparatorGroup.PLAINTEXT]),
        RecursiveChunking(250, SEPARATORS[SeparatorGroup.MARKDOWN]),
    ],
    ids=["sentence", "word", "plaintext", "markdown"],
)
@pytest.mark.parametrize(
    "unit", ["Word and word, with a word. ", "word ", "word\n", "\u6771\u4eac"]
)
def test_eight_times_the_text_takes_no_more_than_twentyfold(unit: str, chunking: Chunking) -> None:
    """Were the time quadratic, it would be 64-fold; the least of three tells it from noise."""
    short, long = (unit * 50_000)[:20_000], (unit * 50_000)[:160_000]

    assert seconds_of(long, chunking) < 20 * seconds_of(short, chunking)


def seconds_of(text: str, chunking: Chunking) -> float:
    def once() -> float:
        began = time.thread_time()
        cut(text, chunking)
        return time.thread_time() - began

    return min(once() for _ in range(3))
