from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_api.chunking import NoChunking, SentenceChunking, WordChunking
from allot_gateway.chunking.embedding_plan import compose_embedding, plan_embedding
from allot_protocol.errors import RequestFault
from tests.unit.allot_gateway.chunking.texts import any_texts

TWELVE = "A1 a2 a3 a4 a5 a6 a7 a8 a9 b1 b2 b3"


def test_each_chunk_is_answered_with_its_place_in_its_input() -> None:
    plan = plan_embedding(["\U0001f600 hi", TWELVE], WordChunking(10, 2))
    answer = {"text_embedding": [{"embedding": [number]} for number in range(3)]}

    assert plan.texts == ("\U0001f600 hi", TWELVE[:29], TWELVE[23:])
    assert compose_embedding(plan, answer) == {
        "text_embedding": [
            {"chunks": [{"start": 0, "end": 4, "embedding": [0]}]},
            {
                "chunks": [
                    {"start": 0, "end": 29, "embedding": [1]},
                    {"start": 23, "end": 35, "embedding": [2]},
                ]
            },
        ]
    }


def test_a_sparse_chunk_says_whether_it_was_truncated() -> None:
    plan = plan_embedding(["hi"], NoChunking())
    element = {"is_truncated": True, "embedding": {"hi": 1.5}}

    assert compose_embedding(plan, {"sparse_embedding": [element]}) == {
        "sparse_embedding": [{"chunks": [{"start": 0, "end": 2, **element}]}]
    }


@given(st.lists(any_texts, min_size=1, max_size=4))
def test_every_text_is_the_part_that_its_place_names(inputs: list[str]) -> None:
    plan = plan_embedding(inputs, SentenceChunking(20, 1))
    answer = {"text_embedding": [{"embedding": text} for text in plan.texts]}

    composed: dict[str, Any] = compose_embedding(plan, answer)

    for text, element in zip(inputs, composed["text_embedding"], strict=True):
        assert all(
            chunk["embedding"] == text[chunk["start"] : chunk["end"]] for chunk in element["chunks"]
        )


def test_an_input_of_more_than_512_chunks_is_refused() -> None:
    # Step 8: 512 chunks hold 511 * 8 + 10 = 4098 words; with 3 more there is a tail.
    fits, exceeds = "a " * 4098, "a " * 4101

    assert len(plan_embedding([fits], WordChunking(10, 2)).texts) == 512
    with pytest.raises(RequestFault, match=r"\[input.1\] is cut into \[513\] chunks") as refused:
        plan_embedding(["a", exceeds], WordChunking(10, 2))
    assert refused.value.status == 400


def test_a_request_of_too_many_chunks_is_refused() -> None:
    inputs = [TWELVE, TWELVE, "a"]

    assert len(plan_embedding(inputs, WordChunking(10, 2), most_chunks=5).texts) == 5
    with pytest.raises(RequestFault, match=r"more than \[4\] chunks up to element \[2\]"):
        plan_embedding(inputs, WordChunking(10, 2), most_chunks=4)


def test_an_answer_of_another_length_is_a_failure() -> None:
    plan = plan_embedding(["a", "b"], NoChunking())

    with pytest.raises(RequestFault, match=r"answered \[1\] of \[2\]") as failed:
        compose_embedding(plan, {"text_embedding": [{"embedding": [1]}]})
    assert failed.value.status == 500
