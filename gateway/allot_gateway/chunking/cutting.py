"""A text to its chunks, by whichever strategy an endpoint has. Pure."""

from __future__ import annotations

from typing import assert_never

from allot_api.chunking import (
    Chunking,
    NoChunking,
    RecursiveChunking,
    SentenceChunking,
    WordChunking,
)
from allot_gateway.chunking.recursive_chunks import cut_recursively
from allot_gateway.chunking.segments import read_words
from allot_gateway.chunking.sentence_chunks import cut_sentences
from allot_gateway.chunking.separators import SearchBudget
from allot_gateway.chunking.span import Span
from allot_gateway.chunking.word_chunks import cut_words


def cut_text(text: str, chunking: Chunking, budget: SearchBudget) -> list[Span]:
    """Return a text's chunks in their order, at least one.

    Raises RequestFault where a separator of the endpoint's takes too long.
    """
    match chunking:
        case SentenceChunking(size, overlap):
            return cut_sentences(text, size, shares_sentence=overlap > 0)
        case WordChunking(size, overlap):
            return [chunk.span for chunk in cut_words(read_words(text), size, overlap)]
        case RecursiveChunking(size, separators):
            return cut_recursively(text, size, separators, budget)
        case NoChunking():
            return [Span(0, len(text))]
        case _:
            assert_never(chunking)
