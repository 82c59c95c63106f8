"""Inputs as a flat list of chunks, and the pods' answer as chunks of each input again. Pure.

Elasticsearch cuts only what it indexes, and answers no chunks over REST; the form of this answer
is Allot's own: each input's element is a list of chunks, each of them the element that a request
without chunks would have had, with its offsets before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allot_api.chunking import Chunking
from allot_gateway.chunking.cutting import cut_text
from allot_gateway.chunking.separators import build_budget
from allot_gateway.chunking.span import Span
from allot_protocol.errors import ErrorType, RequestFault, invalid
from allot_protocol.limits import INPUTS

# Elasticsearch stores no more for an input. It merges neighbours' embeddings beyond that, into
# averages that answer no search well; here such an input is refused.
CHUNKS_OF_AN_INPUT = 512


@dataclass(frozen=True, slots=True)
class EmbeddingPlan:
    """What is asked of the pods, and which part of which input each of it is."""

    texts: tuple[str, ...]
    spans: tuple[tuple[Span, ...], ...]


def plan_embedding(
    inputs: Sequence[str], chunking: Chunking, *, most_chunks: int = INPUTS
) -> EmbeddingPlan:
    """Return the chunks of all inputs, in their order.

    Raises RequestFault for an input of more than 512 chunks, for a request of more than
    `most_chunks`, and for a separator that takes too long.
    """
    budget = build_budget(sum(map(len, inputs)))
    spans: list[tuple[Span, ...]] = []
    left = most_chunks
    for index, text in enumerate(inputs):
        cut = tuple(cut_text(text, chunking, budget))
        if len(cut) > CHUNKS_OF_AN_INPUT:
            raise invalid(
                f"Field [input.{index}] is cut into [{len(cut)}] chunks and must be at most "
                f"[{CHUNKS_OF_AN_INPUT}]: send it in parts, or raise max_chunk_size in the "
                "endpoint's chunking_settings"
            )
        left -= len(cut)
        if left < 0:
            raise invalid(
                f"Field [input] is cut into more than [{most_chunks}] chunks up to element "
                f"[{index}]: send several requests"
            )
        spans.append(cut)
    texts = tuple(span.of(text) for text, cut in zip(inputs, spans, strict=True) for span in cut)
    return EmbeddingPlan(texts, tuple(spans))


def compose_embedding(plan: EmbeddingPlan, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer by inputs from the answer to the plan's texts.

    {"text_embedding": [{"chunks": [{"start": 0, "end": 120, "embedding": [...]}, ...]}, ...]}

    Raises RequestFault where the answer is not one element for each text.
    """
    root, elements = read_elements(answer, len(plan.texts))
    remaining = iter(elements)
    return {
        root: [
            {"chunks": [{"start": start, "end": end, **next(remaining)} for start, end in spans]}
            for spans in plan.spans
        ]
    }


def read_elements(answer: Mapping[str, Any], number: int) -> tuple[str, list[dict[str, Any]]]:
    """Return an answer's one name and its elements; raises RequestFault if they are not so many."""
    ((root, elements),) = answer.items()
    if len(elements) != number:
        raise RequestFault(
            ErrorType.FAILED, f"the pods answered [{len(elements)}] of [{number}] chunks"
        )
    return root, elements
