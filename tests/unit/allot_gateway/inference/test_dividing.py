from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_api.terms import TaskType
from allot_gateway.inference.dividing import PIECE_CHARACTERS, PIECE_INPUTS, Piece, divide
from allot_gateway.inference.joining import UnexpectedAnswer, join
from allot_protocol.inference_request import InferenceRequest, InputType, parse_request


def a_request(*inputs: str, **changed: Any) -> InferenceRequest:
    fields: dict[str, Any] = {
        "task_type": TaskType.TEXT_EMBEDDING,
        "query": None,
        "input_type": None,
        "return_documents": True,
        "top_n": None,
        "timeout_seconds": 30.0,
    }
    return InferenceRequest(inputs=inputs, **{**fields, **changed})


def a_ranking(*inputs: str, **changed: Any) -> InferenceRequest:
    return a_request(*inputs, task_type=TaskType.RERANK, query="q", **changed)


def embed(piece: Piece) -> bytes:
    inputs = orjson.loads(piece.body)["input"]
    return orjson.dumps({"text_embedding": [{"embedding": [len(text)]} for text in inputs]})


def test_a_small_request_keeps_its_body() -> None:
    body = b'{ "input": "as it came" }'

    assert divide(a_request("as it came"), body) == [Piece(0, 1, body, 10)]


def test_a_changed_request_is_written_anew() -> None:
    (piece,) = divide(a_ranking("a", return_documents=False, top_n=3), b"{}", is_changed=True)

    assert orjson.loads(piece.body) == {
        "input": ["a"],
        "query": "q",
        "return_documents": False,
        "top_n": 3,
    }


@given(st.lists(st.text(max_size=PIECE_CHARACTERS // 8), min_size=1, max_size=300))
def test_pieces_hold_every_input_once_in_order_and_keep_their_bounds(inputs: list[str]) -> None:
    pieces = divide(a_request(*inputs), orjson.dumps({"input": inputs}))

    found = [text for piece in pieces for text in orjson.loads(piece.body)["input"]]
    assert found == inputs
    for piece in pieces:
        assert 1 <= piece.inputs <= PIECE_INPUTS
        assert piece.characters <= PIECE_CHARACTERS or piece.inputs == 1


def test_the_pod_is_told_what_the_inputs_are_for() -> None:
    asked = a_request(*"ab" * PIECE_INPUTS, input_type=InputType.SEARCH)

    bodies = [orjson.loads(piece.body) for piece in divide(asked, b"")]

    assert {body["input_type"] for body in bodies} == {"search"}


def test_what_a_pod_gets_it_reads() -> None:
    for asked in (
        a_request(*"ab" * PIECE_INPUTS, input_type=InputType.INGEST),
        a_ranking(*"ab" * PIECE_INPUTS, top_n=2),
        a_request(*"ab" * PIECE_INPUTS, task_type=TaskType.SPARSE_EMBEDDING),
    ):
        for piece in divide(asked, b""):
            read = parse_request(
                piece.body, path_task=asked.task_type, served=(asked.task_type,), timeout=None
            )
            assert read.inputs == asked.inputs[piece.start : piece.end]


def test_vectors_are_joined_in_order() -> None:
    inputs = ["x" * (index % 7) for index in range(200)]
    asked = a_request(*inputs)
    pieces = divide(asked, b"")

    joined = orjson.loads(join(asked, pieces, [embed(piece) for piece in pieces]))

    assert len(pieces) > 1
    assert joined == {"text_embedding": [{"embedding": [len(text)]} for text in inputs]}


def test_a_ranking_is_put_in_one_order() -> None:
    inputs = [str(index) for index in range(150)]
    asked = a_ranking(*inputs, top_n=3)
    pieces = divide(asked, b"")
    scores = {index: (index * 37) % 150 for index in range(150)}
    answers = [
        orjson.dumps(
            {
                "rerank": [
                    {"index": index - piece.start, "relevance_score": scores[index]}
                    for index in range(piece.start, piece.end)
                ]
            }
        )
        for piece in pieces
    ]

    joined = orjson.loads(join(asked, pieces, answers))["rerank"]

    best = sorted(scores, key=lambda index: -scores[index])[:3]
    assert [one["index"] for one in joined] == best
    assert [one["text"] for one in joined] == [inputs[index] for index in best]


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"text_embedding":[', b"{}"])
def test_what_is_no_answer_is_said_so(answer: bytes) -> None:
    asked = a_request("a")

    with pytest.raises(UnexpectedAnswer):
        join(asked, [Piece(0, 1, b"", 1)], [answer])
