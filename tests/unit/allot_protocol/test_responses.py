"""How answers are written."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from starlette.requests import Request

from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.responses import answer_fault, answer_json


def a_request(query: bytes = b"") -> Request:
    return Request({"type": "http", "headers": [], "query_string": query})


def text_of(content: dict[str, Any]) -> str:
    return bytes(answer_json(a_request(), content).body).decode()


def test_vectors_are_written_as_32_bit_floats_in_their_shortest_form() -> None:
    vector = np.array([0.1, -2.5, 1e-8, 16777216], dtype=np.float32)

    assert text_of({"embedding": vector}) == '{"embedding":[0.1,-2.5,1e-8,16777216.0]}'
    # In 64 bits the same number has digits that nobody computed.
    assert "0.10000000149" in json.dumps({"embedding": [float(vector[0])]})


def test_sparse_weights_are_written_so_too_heaviest_first() -> None:
    weights = {"mail": np.float32(2.3), "é": np.float32(0.1)}

    assert text_of({"embedding": weights}) == '{"embedding":{"mail":2.3,"é":0.1}}'


def test_every_float_that_is_written_is_read_back_the_same() -> None:
    vector = np.random.default_rng(1).normal(size=500).astype(np.float32)

    read = json.loads(text_of({"embedding": vector}))["embedding"]

    assert np.array_equal(np.array(read, dtype=np.float32), vector)


def test_who_is_not_known_is_told_each_way_to_sign_in() -> None:
    ways = ('Basic realm="security", charset="UTF-8"', "ApiKey")
    answer = answer_fault(
        a_request(), RequestFault(ErrorType.UNAUTHENTICATED, "who?", challenges=ways)
    )

    cause = {
        "type": "security_exception",
        "reason": "who?",
        "header": {"WWW-Authenticate": list(ways)},
    }
    assert answer.status_code == 401
    assert answer.headers.getlist("www-authenticate") == list(ways)
    assert json.loads(bytes(answer.body)) == {
        "error": {"root_cause": [cause], **cause},
        "status": 401,
    }


def test_a_refusal_says_when_to_come_back_only_if_that_helps() -> None:
    full = RequestFault(ErrorType.REJECTED, "full", retry_after_seconds=3)
    large = RequestFault(ErrorType.REJECTED, "too many")

    assert answer_fault(a_request(), full).headers["retry-after"] == "3"
    assert "retry-after" not in answer_fault(a_request(), large).headers
