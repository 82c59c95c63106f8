from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from allot_gateway.chunking.segments import read_sentence_ends, read_words
from allot_gateway.chunking.sentence_chunks import cut_sentences

short_sentences = st.lists(
    st.integers(1, 9).map(lambda number: " ".join(["Word"] * number) + ". "), max_size=40
).map("".join)


@given(short_sentences, st.integers(20, 40))
def test_sentences_that_fit_twice_are_never_cut(text: str, size: int) -> None:
    chunks = cut_sentences(text, size, shares_sentence=True)

    places = {0, len(text), *read_sentence_ends(text)}
    assert all({chunk.start, chunk.end} <= places for chunk in chunks)


@given(short_sentences, st.integers(20, 40))
def test_neighbours_share_exactly_one_sentence(text: str, size: int) -> None:
    chunks = cut_sentences(text, size, shares_sentence=True)

    ends = [0, *read_sentence_ends(text)]
    assert all(
        ends.index(left.end) - ends.index(right.start) == 1 for left, right in pairwise(chunks)
    )


@given(short_sentences, st.integers(20, 40))
def test_a_chunk_is_closed_only_where_the_next_sentence_did_not_fit(text: str, size: int) -> None:
    chunks = cut_sentences(text, size, shares_sentence=False)

    words = read_words(text)
    ends = read_sentence_ends(text)
    for chunk in chunks[:-1]:
        following = ends[ends.index(chunk.end) + 1]
        assert words.count(chunk.start, following) > size
