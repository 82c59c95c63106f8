"""Hugging Face's text-embeddings-inference, and what Elasticsearch's hugging_face service sends.

Pure. Sources: huggingface/text-embeddings-inference docs/openapi.json (requests, answers, Info,
ErrorResponse); elastic/elasticsearch services/huggingface: request/embeddings and request/rerank
for what it sends to the one URL that it knows, response/ for what it reads. LlamaIndex'
TextEmbeddingsInference sends `inputs` and `truncate` to {base_url}/embed.

    /tei/{id}/embed         inputs          ──► [[0.1, ...], ...]
    /tei/{id}/embed_sparse  inputs          ──► [[{"index": 1, "value": 0.5}, ...], ...]
    /tei/{id}/rerank        query, texts    ──► [{"index": 1, "score": 0.9}, ...]
    /tei/{id}               inputs          ──► vectors, or [{"token": 0.5, ...}, ...]
                            query, documents──► [{"index": 1, "score": 2.3}, ...]

Input that is too long is always cut, as Elasticsearch does, whatever `truncate` says.
"""

from __future__ import annotations

import zlib
from http import HTTPStatus
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field

from allot_api.terms import TaskType
from allot_gateway.shapes.inference_call import (
    Answer,
    InferenceCall,
    ServedEndpoint,
    read_elements,
)
from allot_gateway.shapes.scores import squash
from allot_gateway.shapes.shape_body import ShapeBody, refuse
from allot_gateway.shapes.vectors import read_vectors
from allot_protocol.inference_request import InputType
from allot_protocol.limits import INPUTS

Texts = Annotated[list[str], Field(min_length=1, fail_fast=True)]
# The names that sentence-transformers' models give to their prompts.
_PROMPTS = {
    None: None,
    "query": InputType.SEARCH,
    "document": InputType.INGEST,
    "passage": InputType.INGEST,
}


class EmbedBody(ShapeBody):
    """POST /embed, /embed_sparse, and the URL itself for embeddings."""

    inputs: str | Texts
    normalize: bool = True
    prompt_name: str | None = None
    dimensions: int | None = None
    truncation_direction: Literal["Right", "right"] = "Right"


class RerankBody(ShapeBody):
    """POST /rerank."""

    query: Annotated[str, Field(min_length=1)]
    texts: Texts
    raw_scores: bool = False
    return_text: bool = False
    truncation_direction: Literal["Right", "right"] = "Right"


class DocumentsBody(ShapeBody):
    """The URL itself for a ranking, as Elasticsearch's hugging_face service asks."""

    query: Annotated[str, Field(min_length=1)]
    documents: Texts
    top_n: Annotated[int, Field(ge=1)] | None = None
    return_documents: bool = False


def asks_for_ranking(content: bytes) -> bool:
    """Whether a body for the URL itself has documents; what is no JSON has none."""
    if b'"documents"' not in content:
        return False
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        return False
    return isinstance(document, dict) and "documents" in document


def translate_embed(
    body: EmbedBody, inference_id: str, task_type: TaskType | None
) -> InferenceCall:
    """Return the call; raises RequestFault for what would change the vectors and is not heeded."""
    if not body.normalize:
        raise refuse("[normalize] is [false]: vectors are as the endpoint's model gives them")
    if body.prompt_name not in _PROMPTS:
        raise refuse("[prompt_name] must be one of [query, document, passage]")
    inputs = (body.inputs,) if isinstance(body.inputs, str) else tuple(body.inputs)
    return InferenceCall(inference_id, task_type, inputs, input_type=_PROMPTS[body.prompt_name])


def translate_rerank(body: RerankBody, inference_id: str) -> InferenceCall:
    """Return the call."""
    return InferenceCall(inference_id, TaskType.RERANK, tuple(body.texts), query=body.query)


def translate_documents(body: DocumentsBody, inference_id: str) -> InferenceCall:
    """Return the call."""
    return InferenceCall(
        inference_id,
        TaskType.RERANK,
        tuple(body.documents),
        query=body.query,
        top_n=body.top_n,
    )


def compose_embed(body: EmbedBody, answer: Answer) -> list[list[float]]:
    """Return a vector for each input; raises RequestFault for other dimensions than theirs."""
    return read_vectors(answer, body.dimensions)


def compose_embed_sparse(answer: Answer) -> list[list[dict[str, float]]]:
    """Return numbered weights for each input.

    TEI numbers a token by its place in the model's vocabulary; Elasticsearch's answer has the
    tokens themselves. The number here is the CRC-32 of the token: the same for the same token
    always, but not the vocabulary's. Of two tokens of one input with one number, the higher
    weight stays.
    """
    return [
        [{"index": index, "value": weight} for index, weight in _number(element["embedding"])]
        for element in read_elements(answer)
    ]


def compose_own(body: EmbedBody, answer: Answer) -> list[Any]:
    """Return the answer of the URL itself: vectors, or tokens with their weights."""
    if TaskType.SPARSE_EMBEDDING.value in answer:
        return [element["embedding"] for element in read_elements(answer)]
    return compose_embed(body, answer)


def compose_rerank(body: RerankBody, answer: Answer) -> list[dict[str, Any]]:
    """Return the ranking, with scores between 0 and 1 unless raw ones are asked for."""
    return [
        {
            "index": element["index"],
            "score": element["relevance_score"]
            if body.raw_scores
            else squash(element["relevance_score"]),
            **({"text": body.texts[element["index"]]} if body.return_text else {}),
        }
        for element in read_elements(answer)
    ]


def compose_documents(body: DocumentsBody, answer: Answer) -> list[dict[str, Any]]:
    """Return the ranking with the scores that Elasticsearch's own rerank gives."""
    return [
        {
            "index": element["index"],
            "score": element["relevance_score"],
            **({"text": body.documents[element["index"]]} if body.return_documents else {}),
        }
        for element in read_elements(answer)
    ]


def describe_info(endpoint: ServedEndpoint, version: str) -> dict[str, Any]:
    """Return GET /info; what the gateway does not know of a model is left out."""
    kinds: dict[TaskType, dict[str, Any]] = {
        TaskType.TEXT_EMBEDDING: {"embedding": {}},
        TaskType.SPARSE_EMBEDDING: {"embedding": {"pooling": "splade"}},
        TaskType.RERANK: {"reranker": {}},
    }
    return {
        "model_id": endpoint.inference_id,
        "model_type": kinds[endpoint.task_type],
        "max_client_batch_size": INPUTS,
        "auto_truncate": True,
        "version": version,
    }


def describe_error(status: int, error_type: str, reason: str) -> dict[str, Any]:
    """Return an error as TEI words it."""
    del error_type
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        kind = "Overloaded"
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        kind = "Unhealthy"
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _WAITING:
        kind = "Backend"
    else:
        kind = "Validation"
    return {"error": reason, "error_type": kind}


# Not the request's fault: a model that is not there yet, or did not answer in time.
_WAITING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT)


def _number(weights: dict[str, float]) -> list[tuple[int, float]]:
    numbered: dict[int, float] = {}
    for token, weight in weights.items():
        index = zlib.crc32(token.encode())
        numbered[index] = max(weight, numbered.get(index, weight))
    return [*numbered.items()]
