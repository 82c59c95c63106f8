"""Chunks between separators, the coarsest first, up to a number of words. Pure.

A part that is small enough is a chunk. Any other is split where the separator begins, the pieces
are joined again while they are small enough together, and those that are still too large go on to
the next separator. Behind the last one they are cut by sentences, which share none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from allot_gateway.chunking.segments import Words, read_words
from allot_gateway.chunking.sentence_chunks import cut_sentences
from allot_gateway.chunking.separators import SearchBudget
from allot_gateway.chunking.span import Span


def cut_recursively(
    text: str, size: int, separators: Sequence[str], budget: SearchBudget
) -> list[Span]:
    """Return the chunks of a text; raises RequestFault as `SearchBudget.find` does."""
    whole = Span(0, len(text))
    words = read_words(text)
    if not text or words.count(*whole) <= size:
        return [whole]
    return [*_Recursion(text, words, size, budget).cut(whole, separators)]


@dataclass(frozen=True, slots=True)
class _Recursion:
    text: str
    words: Words
    size: int
    budget: SearchBudget

    def cut(self, part: Span, separators: Sequence[str]) -> Iterator[Span]:
        """Yield the chunks of a part that is too large to be one."""
        if not separators:
            yield from self._cut_sentences(part)
            return
        for piece, count in self._join(self._split(part, separators[0])):
            if count <= self.size:
                yield piece
            else:
                yield from self.cut(piece, separators[1:])

    def _split(self, part: Span, separator: str) -> list[Span]:
        """Return the pieces of a part; a separator is at its piece's start.

        It is searched as if there were nothing around the part, so that what looks back, or for
        a line's start, sees the part's own start.
        """
        inside = {part.start + place for place in self.budget.find(separator, part.of(self.text))}
        places = sorted(inside | {part.start, part.end})
        return [Span(start, end) for start, end in pairwise(places)]

    def _join(self, pieces: Sequence[Span]) -> Iterator[tuple[Span, int]]:
        """Yield neighbours as one while their words' sum fits, with that sum."""
        joined, total = pieces[0], self.words.count(*pieces[0])
        for piece in pieces[1:]:
            count = self.words.count(*piece)
            if total + count <= self.size:
                joined, total = Span(joined.start, piece.end), total + count
            else:
                yield joined, total
                joined, total = piece, count
        yield joined, total

    def _cut_sentences(self, part: Span) -> Iterator[Span]:
        for start, end in cut_sentences(part.of(self.text), self.size, shares_sentence=False):
            yield Span(part.start + start, part.start + end)
