from __future__ import annotations

import orjson
import pytest

from allot_api.terms import TaskType
from allot_gateway.shapes.cohere_shape import (
    RerankBody,
    compose_rerank,
    describe_error,
    translate_rerank,
)
from allot_gateway.shapes.inference_call import InferenceCall
from allot_gateway.shapes.shape_body import parse_shape
from allot_protocol.errors import RequestFault

ANSWER = {
    "rerank": [{"index": 1, "relevance_score": 0.0}, {"index": 0, "relevance_score": -4000.0}]
}


def a_body(**fields: object) -> RerankBody:
    return RerankBody.model_validate(
        {"model": "ranker", "query": "what", "documents": ["a", "b"], **fields}
    )


def test_documents_are_texts_or_objects_with_one() -> None:
    content = (
        b'{"model": "ranker", "query": "q", "documents": ["a", {"text": "b", "id": 7}], "top_n": 1}'
    )

    call = translate_rerank(parse_shape(content, RerankBody))

    assert call == InferenceCall("ranker", TaskType.RERANK, ("a", "b"), query="q", top_n=1)


def test_results_have_scores_between_0_and_1() -> None:
    answer = compose_rerank(a_body(), ANSWER, answer_id="7", version="2")

    assert answer == {
        "id": "7",
        "results": [{"index": 1, "relevance_score": 0.5}, {"index": 0, "relevance_score": 0.0}],
        "meta": {"api_version": {"version": "2"}},
    }


def test_documents_are_returned_where_asked_for() -> None:
    answer = compose_rerank(a_body(return_documents=True), ANSWER, answer_id="7", version="1")

    assert [result["document"] for result in answer["results"]] == [{"text": "b"}, {"text": "a"}]


@pytest.mark.parametrize(
    "fields",
    [{"query": ""}, {"documents": []}, {"documents": [{"title": "a"}]}, {"top_n": 0}],
    ids=str,
)
def test_what_cannot_be_ranked_is_refused(fields: dict[str, object]) -> None:
    content = {"model": "ranker", "query": "what", "documents": ["a"], **fields}

    with pytest.raises(RequestFault, match=rf"Field \[{next(iter(fields))}"):
        parse_shape(orjson.dumps(content), RerankBody)


def test_an_error_is_its_message() -> None:
    assert describe_error(404, "word", "why") == {"message": "why"}
