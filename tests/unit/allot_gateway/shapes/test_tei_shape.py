from __future__ import annotations

import zlib

import pytest

from allot_api.terms import TaskType
from allot_gateway.shapes import tei_shape
from allot_gateway.shapes.inference_call import InferenceCall
from allot_gateway.shapes.tei_shape import DocumentsBody, EmbedBody, RerankBody
from allot_protocol.errors import RequestFault
from allot_protocol.inference_request import InputType
from tests.unit.allot_gateway.shapes.computing import ENDPOINTS

DENSE = {"text_embedding": [{"embedding": [1.0, 2.0]}, {"embedding": [3.0, 4.0]}]}
SPARSE = {"sparse_embedding": [{"is_truncated": False, "embedding": {"hi": 0.5, "you": 0.25}}]}
RANKING = {
    "rerank": [{"index": 1, "relevance_score": 0.0}, {"index": 0, "relevance_score": -4000.0}]
}


def test_the_path_names_the_endpoint() -> None:
    call = tei_shape.translate_embed(EmbedBody(inputs=["a", "b"]), "my-e5", TaskType.TEXT_EMBEDDING)

    assert call == InferenceCall("my-e5", TaskType.TEXT_EMBEDDING, ("a", "b"))


@pytest.mark.parametrize(
    ("prompt", "input_type"),
    [("query", InputType.SEARCH), ("passage", InputType.INGEST), ("document", InputType.INGEST)],
)
def test_a_prompts_name_says_what_the_input_is_for(prompt: str, input_type: InputType) -> None:
    call = tei_shape.translate_embed(EmbedBody(inputs="a", prompt_name=prompt), "my-e5", None)

    assert call.input_type is input_type


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (EmbedBody(inputs="a", normalize=False), r"\[normalize\]"),
        (EmbedBody(inputs="a", prompt_name="sonnet"), r"\[prompt_name\]"),
    ],
)
def test_what_would_change_vectors_and_is_not_heeded_is_refused(
    body: EmbedBody, problem: str
) -> None:
    with pytest.raises(RequestFault, match=problem):
        tei_shape.translate_embed(body, "my-e5", None)


def test_vectors_are_a_list_of_lists() -> None:
    assert tei_shape.compose_embed(EmbedBody(inputs=["a", "b"]), DENSE) == [[1.0, 2.0], [3.0, 4.0]]


def test_dimensions_are_refused_unless_they_are_the_models() -> None:
    assert tei_shape.compose_embed(EmbedBody(inputs="a", dimensions=2), DENSE)
    with pytest.raises(RequestFault, match=r"\[dimensions\] is \[3\]"):
        tei_shape.compose_embed(EmbedBody(inputs="a", dimensions=3), DENSE)


def test_tokens_have_a_number_of_their_own() -> None:
    numbered = tei_shape.compose_embed_sparse(SPARSE)

    assert numbered == [
        [
            {"index": zlib.crc32(b"hi"), "value": 0.5},
            {"index": zlib.crc32(b"you"), "value": 0.25},
        ]
    ]


def test_of_two_tokens_with_one_number_the_higher_weight_stays() -> None:
    # The well-known pair of English words with one CRC-32.
    assert zlib.crc32(b"plumless") == zlib.crc32(b"buckeroo")
    answer = {"sparse_embedding": [{"embedding": {"plumless": 0.5, "buckeroo": 0.75}}]}

    assert tei_shape.compose_embed_sparse(answer) == [
        [{"index": zlib.crc32(b"plumless"), "value": 0.75}]
    ]


def test_the_url_itself_answers_as_elasticsearch_reads_hugging_face() -> None:
    body = EmbedBody(inputs="hi you")

    assert tei_shape.compose_own(body, SPARSE) == [{"hi": 0.5, "you": 0.25}]
    assert tei_shape.compose_own(body, DENSE) == [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    ("content", "ranking"),
    [
        (b'{"query": "q", "documents": ["a"]}', True),
        (b'{"inputs": ["documents"]}', False),
        (b'{"inputs": "a"}', False),
        (b'["documents"]', False),
        (b'{"documents"', False),
    ],
)
def test_documents_tell_a_ranking(content: bytes, *, ranking: bool) -> None:
    assert tei_shape.asks_for_ranking(content) is ranking


def test_a_rankings_scores_are_between_0_and_1_unless_raw_ones_are_wanted() -> None:
    body = RerankBody(query="q", texts=["a", "b"], return_text=True)
    raw = RerankBody(query="q", texts=["a", "b"], raw_scores=True)

    assert tei_shape.translate_rerank(body, "ranker") == InferenceCall(
        "ranker", TaskType.RERANK, ("a", "b"), query="q"
    )
    assert tei_shape.compose_rerank(body, RANKING) == [
        {"index": 1, "score": 0.5, "text": "b"},
        {"index": 0, "score": 0.0, "text": "a"},
    ]
    assert tei_shape.compose_rerank(raw, RANKING) == [
        {"index": 1, "score": 0.0},
        {"index": 0, "score": -4000.0},
    ]


def test_elasticsearch_gets_the_scores_that_its_own_rerank_gives() -> None:
    body = DocumentsBody(query="q", documents=["a", "b"], top_n=2, return_documents=True)

    assert tei_shape.translate_documents(body, "ranker") == InferenceCall(
        "ranker", TaskType.RERANK, ("a", "b"), query="q", top_n=2
    )
    assert tei_shape.compose_documents(body, RANKING) == [
        {"index": 1, "score": 0.0, "text": "b"},
        {"index": 0, "score": -4000.0, "text": "a"},
    ]


def test_info_says_what_is_known_and_no_more() -> None:
    assert tei_shape.describe_info(ENDPOINTS[2], "1.2.3") == {
        "model_id": "ranker",
        "model_type": {"reranker": {}},
        "max_client_batch_size": 10_000,
        "auto_truncate": True,
        "version": "1.2.3",
    }


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "Validation"),
        (404, "Validation"),
        (413, "Validation"),
        (408, "Backend"),
        (409, "Backend"),
        (429, "Overloaded"),
        (500, "Backend"),
        (503, "Unhealthy"),
    ],
)
def test_an_error_is_worded_by_its_status(status: int, kind: str) -> None:
    assert tei_shape.describe_error(status, "word", "why") == {"error": "why", "error_type": kind}
