"""Long documents ranked by their best chunk: `long_document_strategy: chunk`. Pure.

The model reads query and text in one window of 512 tokens. Elasticsearch reckons 0.75 words for a
token and cuts each document by sentences, of which neighbours share one, so that a chunk fits
beside the query; a long query leaves half a window nevertheless.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allot_gateway.chunking.embedding_plan import read_elements
from allot_gateway.chunking.segments import read_words
from allot_gateway.chunking.sentence_chunks import cut_sentences
from allot_protocol.errors import invalid
from allot_protocol.limits import INPUTS

WINDOW_TOKENS = 512
# Before the query, between it and the text, and behind it.
SPECIAL_TOKENS = 3
LEAST_TOKENS = WINDOW_TOKENS // 2
WORDS_PER_TOKEN = 0.75


@dataclass(frozen=True, slots=True)
class RerankPlan:
    """What is asked of the pods, and of which document each of it is."""

    documents: tuple[str, ...]
    texts: tuple[str, ...]
    owners: tuple[int, ...]


def choose_chunk_words(query_words: int) -> int:
    """Return how many words of a document are read beside a query of so many."""
    tokens = WINDOW_TOKENS - SPECIAL_TOKENS - math.ceil(query_words / WORDS_PER_TOKEN)
    return math.floor(max(tokens, LEAST_TOKENS) * WORDS_PER_TOKEN)


def plan_rerank(
    query: str,
    documents: Sequence[str],
    max_chunks_per_doc: int | None,
    *,
    most_chunks: int = INPUTS,
) -> RerankPlan:
    """Return the chunks of all documents, of each its first `max_chunks_per_doc`.

    Raises RequestFault for more than `most_chunks` in all.
    """
    size = choose_chunk_words(read_words(query).number)
    texts: list[str] = []
    owners: list[int] = []
    for index, document in enumerate(documents):
        spans = cut_sentences(document, size, shares_sentence=True)[:max_chunks_per_doc]
        texts += [span.of(document) for span in spans]
        owners += [index] * len(spans)
        if len(texts) > most_chunks:
            raise invalid(
                f"Field [input] is cut into more than [{most_chunks}] chunks up to element "
                f"[{index}]: send several requests, or set max_chunks_per_doc in the endpoint"
            )
    return RerankPlan(tuple(documents), tuple(texts), tuple(owners))


def compose_rerank(
    plan: RerankPlan, answer: Mapping[str, Any], *, top_n: int | None, return_documents: bool
) -> dict[str, Any]:
    """Return the documents, best first, from the pods' ranking of all chunks, in any order.

    A document has its best chunk's score, its own index and its whole text. Of equal scores the
    document that was given first is first. The pods are to be asked without top_n and without
    return_documents. Raises RequestFault where a chunk has no score.
    """
    _, elements = read_elements(answer, len(plan.texts))
    best: dict[int, float] = {}
    for element in elements:
        owner, score = plan.owners[element["index"]], element["relevance_score"]
        if owner not in best or score > best[owner]:
            best[owner] = score
    ranking = sorted(best.items(), key=lambda ranked: (-ranked[1], ranked[0]))[:top_n]
    return {
        "rerank": [
            {
                "index": index,
                "relevance_score": score,
                **({"text": plan.documents[index]} if return_documents else {}),
            }
            for index, score in ranking
        ]
    }
