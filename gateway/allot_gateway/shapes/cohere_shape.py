"""Cohere's rerank, versions 1 and 2. Pure.

Source: the `cohere` package's client.py and v2/client.py (rerank), types/rerank_response.py,
types/rerank_response_results_item.py, types/api_meta.py; core/http_client's ApiError reads an
error's body as it is, and Cohere puts one `message` there.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from allot_api.terms import TaskType
from allot_gateway.shapes.inference_call import Answer, InferenceCall, read_elements
from allot_gateway.shapes.scores import squash
from allot_gateway.shapes.shape_body import ShapeBody


class Document(ShapeBody):
    """A document as an object; of its fields the text is ranked."""

    text: str


class RerankBody(ShapeBody):
    """POST /v1/rerank and /v2/rerank; version 2 has no return_documents and answers none."""

    model: str
    query: Annotated[str, Field(min_length=1)]
    documents: Annotated[list[str | Document], Field(min_length=1, fail_fast=True)]
    top_n: Annotated[int, Field(ge=1)] | None = None
    return_documents: bool = False


def translate_rerank(body: RerankBody) -> InferenceCall:
    """Return the call."""
    return InferenceCall(
        body.model,
        TaskType.RERANK,
        tuple(_text_of(document) for document in body.documents),
        query=body.query,
        top_n=body.top_n,
    )


def compose_rerank(
    body: RerankBody, answer: Answer, *, answer_id: str, version: str
) -> dict[str, Any]:
    """Return the answer, with scores between 0 and 1 as Cohere promises them."""
    results = [
        {
            "index": element["index"],
            "relevance_score": squash(element["relevance_score"]),
            **_describe_document(body, element["index"]),
        }
        for element in read_elements(answer, TaskType.RERANK)
    ]
    return {"id": answer_id, "results": results, "meta": {"api_version": {"version": version}}}


def describe_error(status: int, error_type: str, reason: str) -> dict[str, Any]:
    """Return an error as Cohere words it."""
    del status, error_type
    return {"message": reason}


def _describe_document(body: RerankBody, index: int) -> dict[str, Any]:
    if not body.return_documents:
        return {}
    return {"document": {"text": _text_of(body.documents[index])}}


def _text_of(document: str | Document) -> str:
    return document if isinstance(document, str) else document.text
