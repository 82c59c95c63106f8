"""Chunks of a number of words, of which neighbours share some. Pure.

The word chunker of Elasticsearch walks the words once; here its steps are sums. With C words in a
chunk of which O are shared, chunk k (from 0) holds the words k·(C-O)+1 to k·(C-O)+C. It begins
where word k·(C-O) ends, so a space or full stop goes with what follows it.
"""

from __future__ import annotations

from typing import NamedTuple

from allot_gateway.chunking.segments import Words
from allot_gateway.chunking.span import Span


class CountedSpan(NamedTuple):
    """A chunk and its number of words, those that it shares included."""

    span: Span
    words: int


def cut_words(words: Words, size: int, overlap: int) -> list[CountedSpan]:
    """Return the chunks of a text; `overlap` is at most half of `size`.

    What is left behind the last full chunk is one more chunk where it holds a word that no other
    does. So what follows the last word is in no chunk where that word fills one.
    """
    step = size - overlap
    full = 0 if words.number < size else (words.number - size) // step + 1
    chunks = [
        CountedSpan(
            Span(words.end_of(number * step), words.end_of(number * step + size)), words=size
        )
        for number in range(full)
    ]
    left = words.number - full * step
    if left > overlap or not chunks:
        chunks.append(CountedSpan(Span(words.end_of(full * step), words.length), left))
    return chunks
