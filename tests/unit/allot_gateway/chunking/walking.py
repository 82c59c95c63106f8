"""Elasticsearch's counts and its word chunker as walks, step by step: slow, and hard to get wrong.

What the code under test has as sums and searches is here done boundary by boundary.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from allot_gateway.chunking.segments import read_words

Status = dict[int, bool]


def read_statuses(text: str) -> Status:
    """Each boundary, with whether a word ends there."""
    words = read_words(text)
    pairs = zip(pairwise(words.boundaries), pairwise(words.counts), strict=True)
    return {0: False} | {end: after > before for (_, end), (before, after) in pairs}


def before(boundaries: Sequence[int], start: int) -> int:
    return max((one for one in boundaries if one < start), default=0)


def count(text: str, start: int, end: int) -> int:
    statuses = read_statuses(text)
    first = before([*statuses], start)
    return sum(is_word for at, is_word in statuses.items() if first <= at <= end)


def skip(text: str, start: int, number: int) -> int:
    statuses = read_statuses(text)
    first = before([*statuses], start)
    seen = 0
    for at, is_word in statuses.items():
        if at < first:
            continue
        if seen == number:
            return at
        seen += is_word
    return len(text)


def cut_words(text: str, size: int, overlap: int) -> list[tuple[int, int, int]]:
    chunks: list[tuple[int, int, int]] = []
    start, next_start, held, since = 0, 0, 0, 0
    for at, is_word in read_statuses(text).items():
        if not is_word:
            continue
        held, since = held + 1, since + 1
        if held >= size:
            chunks.append((start, at, held))
            held = overlap
            start = at if overlap == 0 else next_start
        if since == size - overlap:
            next_start, since = at, 0
    if held > overlap or not chunks:
        chunks.append((start, len(text), held))
    return chunks
