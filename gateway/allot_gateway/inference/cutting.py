"""Requests whose texts are cut before a model reads them: chunks on demand, long documents.

Cutting a long text takes milliseconds a megabyte: it is done beside the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from allot_api.resolve import EmbeddingOptions, RerankOptions, TaskOptions
from allot_api.terms import LongDocumentStrategy
from allot_gateway.chunking.embedding_plan import compose_embedding, plan_embedding
from allot_gateway.chunking.rerank_plan import compose_rerank, plan_rerank
from allot_protocol.inference_request import InferenceRequest


@dataclass(frozen=True, slots=True)
class Cut:
    """What is asked of the pods in place of a request, and how its answer is made of theirs."""

    asked: InferenceRequest
    compose: Callable[[Mapping[str, Any]], dict[str, Any]]


async def cut_request(
    asked: InferenceRequest, options: TaskOptions, *, wants_chunks: bool
) -> Cut | None:
    """Return a request in chunks, None for one that is asked as it is; raises RequestFault."""
    match options:
        case EmbeddingOptions() if wants_chunks:
            return await asyncio.to_thread(cut_inputs, asked, options)
        case RerankOptions(long_document_strategy=LongDocumentStrategy.CHUNK):
            return await asyncio.to_thread(cut_documents, asked, options)
        case _:
            return None


def cut_inputs(asked: InferenceRequest, options: EmbeddingOptions) -> Cut:
    """Return the chunks of all inputs, by the endpoint's chunking_settings. Pure."""
    plan = plan_embedding(asked.inputs, options.chunking)
    return Cut(replace(asked, inputs=plan.texts), partial(compose_embedding, plan))


def cut_documents(asked: InferenceRequest, options: RerankOptions) -> Cut:
    """Return the chunks of all documents, of each as many as the endpoint scores. Pure."""
    plan = plan_rerank(asked.query or "", asked.inputs, options.max_chunks_per_doc)
    ranked = partial(
        compose_rerank, plan, top_n=asked.top_n, return_documents=asked.return_documents
    )
    chunks = replace(asked, inputs=plan.texts, top_n=None, return_documents=False)
    return Cut(chunks, ranked)
