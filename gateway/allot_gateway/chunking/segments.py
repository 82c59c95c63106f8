"""A text's words and sentences by ICU's root rules, in code points. Pure.

ICU counts in UTF-16: a character beyond U+FFFF is two of its units. Both counts agree in a text
without such characters, which is told by its length alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from icu4py.breakers import BaseBreaker, SentenceBreaker, WordBreaker

from allot_gateway.chunking.word_status import is_word

ROOT_LOCALE = ""
_TWO_UNITS = re.compile("[\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Words:
    """A text's word boundaries, ascending from 0, and how many words end up to each of them."""

    boundaries: Sequence[int]
    counts: Sequence[int]

    @property
    def length(self) -> int:
        """Return the text's length."""
        return self.boundaries[-1]

    @property
    def number(self) -> int:
        """Return how many words the text has."""
        return self.counts[-1]

    def count(self, start: int, end: int) -> int:
        """Return how many words Elasticsearch counts from `start` to `end`.

        It begins at the boundary before `start` and takes each word that ends there or later. So
        up to two words before `start` count as well: the one that ends at `start`, and the one
        that ends at the boundary before. After a full stop and a space neither is a word; after
        an ideographic full stop, or before a newline that begins a part, one is.
        """
        return self.counts[bisect_right(self.boundaries, end) - 1] - self._counted_before(start)

    def skip(self, start: int, number: int) -> int:
        """Return where Elasticsearch goes on after so many words from `start`.

        It counts as `count` does, and goes on one segment behind the last of them: mostly behind
        the space. With nothing to skip that is the boundary before `start`.
        """
        if number == 0:
            return self.boundaries[self._boundary_before(start)]
        last = bisect_left(self.counts, self._counted_before(start) + number)
        return self.boundaries[min(last + 1, len(self.boundaries) - 1)]

    def end_of(self, number: int) -> int:
        """Return where a word ends; they are numbered from 1, and word 0 ends at 0."""
        return self.boundaries[bisect_left(self.counts, number)]

    def _boundary_before(self, start: int) -> int:
        return max(bisect_left(self.boundaries, start) - 1, 0)

    def _counted_before(self, start: int) -> int:
        before = self._boundary_before(start)
        return self.counts[before - 1] if before else 0


def read_words(text: str) -> Words:
    """Return a text's words."""
    boundaries = [0, *_read_ends(text, WordBreaker(text, ROOT_LOCALE))]
    flags = (is_word(text, start, end) for start, end in pairwise(boundaries))
    return Words(boundaries, [*accumulate(flags, initial=0)])


def read_sentence_ends(text: str) -> list[int]:
    """Return where the sentences end, ascending."""
    return _read_ends(text, SentenceBreaker(text, ROOT_LOCALE))


def _read_ends(text: str, breaker: BaseBreaker) -> list[int]:
    ends = [end for _, end in breaker.segments()]
    if not ends or ends[-1] == len(text):
        return ends
    # Where the character of two units ends, in units, for each of them.
    wide = [found.end() + index + 1 for index, found in enumerate(_TWO_UNITS.finditer(text))]
    return [end - bisect_right(wide, end) for end in ends]
