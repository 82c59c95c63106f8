"""OpenAI's embeddings and list of models. Pure.

Source: types of the `openai` package (types/create_embedding_response.py, types/model.py), its
resources/embeddings.py for the request, _exceptions.py for what it reads of an error. The package
asks for base64 unless told otherwise.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from allot_api.terms import TaskType
from allot_gateway.shapes.inference_call import Computed, InferenceCall, ServedEndpoint
from allot_gateway.shapes.shape_body import ShapeBody
from allot_gateway.shapes.vectors import read_vectors

OWNER = "allot"
_TOKENS = (
    "is a list of token numbers: a tokenizer's numbers mean something to its own model only, so "
    "send text (LangChain's OpenAIEmbeddings: check_embedding_ctx_length=False)"
)


class EmbeddingsBody(ShapeBody):
    """POST /v1/embeddings."""

    model: str
    input: str | Annotated[list[str], Field(min_length=1, fail_fast=True)]
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = None

    @field_validator("input", mode="before")
    @classmethod
    def _refuse_tokens(cls, value: Any) -> Any:
        if isinstance(value, list) and value and isinstance(value[0], int | list):
            raise PydanticCustomError("tokens", _TOKENS)
        return value


def translate_embeddings(body: EmbeddingsBody) -> InferenceCall:
    """Return the call."""
    inputs = (body.input,) if isinstance(body.input, str) else tuple(body.input)
    return InferenceCall(body.model, TaskType.TEXT_EMBEDDING, inputs)


def compose_embeddings(body: EmbeddingsBody, computed: Computed) -> dict[str, Any]:
    """Return the answer; raises RequestFault for other dimensions than the model's.

    `usage` has the tokens that the model read: prefixes and special tokens count, what was cut
    off does not.
    """
    vectors = read_vectors(computed.answer, body.dimensions)
    encode = _encode_base64 if body.encoding_format == "base64" else _keep
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "index": index, "embedding": encode(vector)}
            for index, vector in enumerate(vectors)
        ],
        "model": body.model,
        "usage": {"prompt_tokens": computed.tokens, "total_tokens": computed.tokens},
    }


def _keep(vector: Sequence[float]) -> Sequence[float]:
    return vector


def _encode_base64(vector: Sequence[float]) -> str:
    """Return 32-bit floats, the low byte first, in base64."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def describe_models(endpoints: Iterable[ServedEndpoint]) -> dict[str, Any]:
    """Return GET /v1/models."""
    return {"object": "list", "data": [describe_model(endpoint) for endpoint in endpoints]}


def describe_model(endpoint: ServedEndpoint) -> dict[str, Any]:
    """Return GET /v1/models/{model}."""
    return {
        "id": endpoint.inference_id,
        "object": "model",
        "created": endpoint.created,
        "owned_by": OWNER,
    }


def describe_error(status: int, error_type: str, reason: str) -> dict[str, Any]:
    """Return an error as OpenAI words it; `code` is the machine's word for it."""
    code = "model_not_found" if status == HTTPStatus.NOT_FOUND else error_type
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        kind = "rate_limit_error"
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kind = "server_error"
    else:
        kind = "invalid_request_error"
    return {"error": {"message": reason, "type": kind, "param": None, "code": code}}
