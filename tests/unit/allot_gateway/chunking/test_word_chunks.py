from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from allot_gateway.chunking.segments import read_words
from allot_gateway.chunking.span import Span
from allot_gateway.chunking.word_chunks import CountedSpan, cut_words
from tests.unit.allot_gateway.chunking import walking
from tests.unit.allot_gateway.chunking.texts import any_texts


def test_without_overlap_each_chunk_begins_where_the_last_ends() -> None:
    chunks = cut_words(read_words("a b c d e."), 2, 0)

    assert chunks == [
        CountedSpan(Span(0, 3), 2),
        CountedSpan(Span(3, 7), 2),
        CountedSpan(Span(7, 10), 1),
    ]


@given(any_texts, st.integers(1, 12), st.data())
def test_chunks_are_those_of_a_walk(text: str, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size // 2))

    chunks = cut_words(read_words(text), size, overlap)

    assert [(*chunk.span, chunk.words) for chunk in chunks] == walking.cut_words(
        text, size, overlap
    )


@given(any_texts, st.integers(2, 12), st.data())
def test_neighbours_share_as_many_words_as_asked_for(
    text: str, size: int, data: st.DataObject
) -> None:
    overlap = data.draw(st.integers(1, size // 2))
    words = read_words(text)

    spans = [chunk.span for chunk in cut_words(words, size, overlap)]

    counts = dict(zip(words.boundaries, words.counts, strict=True))
    shared = {counts[left.end] - counts[right.start] for left, right in pairwise(spans[:-1])}
    assert shared <= {overlap}
    assert all(counts[right.start] <= counts[left.end] for left, right in pairwise(spans))
