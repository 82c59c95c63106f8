"""Chunks of whole sentences up to a number of words. Pure.

sentence fits into the open chunk ──► it joins
else the open chunk is closed, and a new one opened, perhaps with words of the last sentence
     fits ──► it stays open
     else ──► it is cut by words; all parts but the last are closed, the last one stays open
"""

from __future__ import annotations

from itertools import pairwise

from allot_gateway.chunking.segments import Words, read_sentence_ends, read_words
from allot_gateway.chunking.span import Span
from allot_gateway.chunking.word_chunks import cut_words

# Elasticsearch repeats no more of a sentence that is too long to be repeated whole.
MOST_SHARED_WORDS = 20


def cut_sentences(text: str, size: int, *, shares_sentence: bool) -> list[Span]:
    """Return the chunks of a text, each with at most `size` words as `Words.count` counts."""
    chunks = _SentenceChunks(text, read_words(text), size, shares_sentence=shares_sentence)
    for start, end in pairwise([0, *read_sentence_ends(text)]):
        chunks.add(start, end)
    return chunks.close()


class _SentenceChunks:
    """Chunks as sentences are added to them, the last of them open."""

    def __init__(self, text: str, words: Words, size: int, *, shares_sentence: bool) -> None:
        self._text = text
        self._words = words
        self._size = size
        self._shares_sentence = shares_sentence
        self._closed: list[Span] = []
        self._start = 0
        self._end = 0
        self._count = 0
        self._last_start = 0
        self._last_count = 0

    def add(self, start: int, end: int) -> None:
        """Take the next sentence in."""
        count = self._words.count(start, end)
        if self._count + count > self._size:
            self._begin_with(count)
            if self._count > self._size:
                self._cut_open(end)
        else:
            self._count += count
        self._last_start, self._last_count = start, count
        self._end = end

    def close(self) -> list[Span]:
        """Return all chunks."""
        if self._count or not self._closed:
            self._closed.append(Span(self._start, len(self._text)))
        return self._closed

    def _begin_with(self, count: int) -> None:
        """Close the open chunk and begin the next with a sentence of so many words.

        An open chunk without a word has nothing to close: the sentence joins it.
        """
        if self._count:
            self._closed.append(Span(self._start, self._end))
            self._start, shared = self._choose_start(count)
            count += shared
        self._count = count

    def _choose_start(self, count: int) -> tuple[int, int]:
        """Return where the next chunk starts and how many words it shares with the last one."""
        if not self._shares_sentence:
            return self._end, 0
        if self._last_count + count <= self._size:
            return self._last_start, self._last_count
        shared = min(self._last_count, self._size // 2, MOST_SHARED_WORDS)
        return self._words.skip(self._last_start, self._last_count - shared), shared

    def _cut_open(self, end: int) -> None:
        """Cut the open chunk by words; its last part stays open."""
        overlap = min(MOST_SHARED_WORDS, (self._size - 1) // 2)
        *parts, last = cut_words(read_words(self._text[self._start : end]), self._size, overlap)
        offset = self._start
        self._closed += [Span(offset + part.start, offset + part.end) for part, _ in parts]
        self._start = offset + last.span.start
        self._count = last.words
