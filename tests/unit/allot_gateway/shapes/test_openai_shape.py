from __future__ import annotations

import base64
import json
import struct

import pytest

from allot_api.terms import TaskType
from allot_gateway.shapes.inference_call import Computed, InferenceCall
from allot_gateway.shapes.openai_shape import (
    EmbeddingsBody,
    compose_embeddings,
    describe_error,
    describe_models,
    translate_embeddings,
)
from allot_gateway.shapes.shape_body import parse_shape
from allot_protocol.errors import RequestFault
from tests.unit.allot_gateway.shapes.computing import ENDPOINTS

ANSWER = Computed(
    {"text_embedding": [{"embedding": [1.0, -0.1]}, {"embedding": [0.25, 3.5]}]}, tokens=6
)


@pytest.mark.parametrize(("given", "inputs"), [("hi", ("hi",)), (["a", "b"], ("a", "b"))])
def test_the_model_is_the_endpoint(given: str | list[str], inputs: tuple[str, ...]) -> None:
    call = translate_embeddings(EmbeddingsBody(model="my-e5", input=given))

    assert call == InferenceCall("my-e5", TaskType.TEXT_EMBEDDING, inputs)


def test_vectors_are_numbered_in_the_order_of_their_inputs() -> None:
    answer = compose_embeddings(EmbeddingsBody(model="my-e5", input=["a", "b"]), ANSWER)

    assert answer == {
        "object": "list",
        "data": [
            {"object": "embedding", "index": 0, "embedding": [1.0, -0.1]},
            {"object": "embedding", "index": 1, "embedding": [0.25, 3.5]},
        ],
        "model": "my-e5",
        "usage": {"prompt_tokens": 6, "total_tokens": 6},
    }


def test_base64_holds_little_endian_floats_of_32_bits() -> None:
    body = EmbeddingsBody(model="my-e5", input="a", encoding_format="base64")

    answer = compose_embeddings(body, ANSWER)

    # 1.0 is 3f800000; -0.1 is bdcccccd.
    assert base64.b64decode(answer["data"][0]["embedding"]).hex() == "0000803fcdccccbd"
    assert struct.unpack("<2f", base64.b64decode(answer["data"][1]["embedding"])) == (0.25, 3.5)


def test_vectors_of_bytes_are_answered_as_the_numbers_they_are() -> None:
    answer = Computed({"text_embedding_bytes": [{"embedding": [-128, 127]}]}, tokens=3)

    plain = compose_embeddings(EmbeddingsBody(model="my-e5", input="a"), answer)
    packed = compose_embeddings(
        EmbeddingsBody(model="my-e5", input="a", encoding_format="base64"), answer
    )

    assert plain["data"][0]["embedding"] == [-128, 127]
    # -128.0 is c3000000, 127.0 is 42fe0000.
    assert base64.b64decode(packed["data"][0]["embedding"]).hex() == "000000c30000fe42"


@pytest.mark.parametrize("tokens", [[1, 2], [[1, 2], [3]]])
def test_token_numbers_are_refused_with_the_way_out(tokens: list[object]) -> None:
    content = json.dumps({"model": "my-e5", "input": tokens}).encode()

    with pytest.raises(RequestFault, match="OpenAIEmbeddings: check_embedding_ctx_length=False"):
        parse_shape(content, EmbeddingsBody)


def test_dimensions_are_refused_unless_they_are_the_models() -> None:
    own = EmbeddingsBody(model="my-e5", input="a", dimensions=2)
    other = EmbeddingsBody(model="my-e5", input="a", dimensions=1)

    assert compose_embeddings(own, ANSWER)["data"]
    with pytest.raises(
        RequestFault, match=r"\[dimensions\] is \[1\] and the model's vectors have \[2\]"
    ):
        compose_embeddings(other, ANSWER)


def test_every_endpoint_is_a_model() -> None:
    assert describe_models(ENDPOINTS[:1]) == {
        "object": "list",
        "data": [{"id": "my-e5", "object": "model", "created": 1_700_000_000, "owned_by": "allot"}],
    }


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, "invalid_request_error", "word"),
        (404, "invalid_request_error", "model_not_found"),
        (409, "invalid_request_error", "word"),
        (429, "rate_limit_error", "word"),
        (500, "server_error", "word"),
    ],
)
def test_an_error_is_worded_by_its_status(status: int, kind: str, code: str) -> None:
    assert describe_error(status, "word", "why") == {
        "error": {"message": "why", "type": kind, "param": None, "code": code}
    }
