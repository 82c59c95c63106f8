from __future__ import annotations

from typing import Any

import pytest

from allot_gateway.chunking.rerank_plan import choose_chunk_words, compose_rerank, plan_rerank
from allot_protocol.errors import RequestFault

# 60 sentences of 10 words. Beside a query of one word a chunk has floor((509 - 2) * 0.75) = 380
# words: 38 sentences; the next begins with the last of them.
SENTENCE = "Word word word word word word word word word word. "
LONG = SENTENCE * 60
FIRST, SECOND = LONG[: 38 * len(SENTENCE)], LONG[37 * len(SENTENCE) :]


@pytest.mark.parametrize(
    ("query_words", "words"),
    [
        (0, 381),  # 509 tokens: floor(381.75)
        (1, 380),  # ceil(1.33) = 2; 507 tokens: floor(380.25)
        (3, 378),  # exactly 4; 505 tokens: floor(378.75)
        (189, 192),  # exactly 252; 257 tokens: floor(192.75)
        (190, 192),  # ceil(253.33) = 254; 255 tokens, so 256
        (10_000, 192),
    ],
)
def test_a_chunk_fits_beside_its_query(query_words: int, words: int) -> None:
    assert choose_chunk_words(query_words) == words


def test_documents_are_cut_by_sentences_that_share_one() -> None:
    plan = plan_rerank("what", ["short", LONG], None)

    assert plan.texts == ("short", FIRST, SECOND)
    assert plan.owners == (0, 1, 1)


def test_only_the_first_chunks_of_a_document_are_scored() -> None:
    plan = plan_rerank("what", [LONG, "short"], 1)

    assert plan.texts == (FIRST, "short")
    assert plan.owners == (0, 1)


def scores(*values: float) -> dict[str, Any]:
    """A pod's answer: the best first."""
    ranked = sorted(enumerate(values), key=lambda one: -one[1])
    return {"rerank": [{"index": index, "relevance_score": score} for index, score in ranked]}


def test_a_document_has_the_score_of_its_best_chunk_and_its_whole_text() -> None:
    plan = plan_rerank("what", ["short", LONG, "other"], None)

    answer = compose_rerank(plan, scores(0.5, 0.1, 0.9, -3), top_n=None, return_documents=True)

    assert answer == {
        "rerank": [
            {"index": 1, "relevance_score": 0.9, "text": LONG},
            {"index": 0, "relevance_score": 0.5, "text": "short"},
            {"index": 2, "relevance_score": -3, "text": "other"},
        ]
    }


def test_top_n_counts_documents_and_may_be_more_than_there_are() -> None:
    plan = plan_rerank("what", ["short", LONG], None)

    best = compose_rerank(plan, scores(0.5, 0.7, 0.9), top_n=1, return_documents=False)
    every = compose_rerank(plan, scores(0.5, 0.7, 0.9), top_n=9, return_documents=False)

    assert best == {"rerank": [{"index": 1, "relevance_score": 0.9}]}
    assert [ranked["index"] for ranked in every["rerank"]] == [1, 0]


def test_of_equal_scores_the_first_document_is_first() -> None:
    plan = plan_rerank("what", ["a", "b", "c"], None)

    answer = compose_rerank(plan, scores(1, 2, 2), top_n=None, return_documents=False)

    assert [ranked["index"] for ranked in answer["rerank"]] == [1, 2, 0]


def test_a_request_of_too_many_chunks_is_refused() -> None:
    with pytest.raises(RequestFault, match=r"more than \[2\] chunks up to element \[1\]"):
        plan_rerank("what", ["short", LONG, "other"], None, most_chunks=2)


def test_a_chunk_without_a_score_is_a_failure() -> None:
    plan = plan_rerank("what", ["a", "b"], None)

    with pytest.raises(RequestFault, match=r"answered \[1\] of \[2\]"):
        compose_rerank(plan, scores(1), top_n=None, return_documents=True)
