"""Answers of the pods, in words."""

from __future__ import annotations

from allot_cli.demo.inference import DENSE, RERANK, SPARSE, describe


def test_a_dense_answer_shows_the_first_numbers_and_the_dimensions() -> None:
    vector = [0.5, -0.25, 0.125, 0.0, 1.0, -1.0, 0.75, 0.3]

    lines = describe(DENSE, {"text_embedding": [{"embedding": vector}]})

    assert lines[1] == "[+0.5000, -0.2500, +0.1250, +0.0000, +1.0000, -1.0000, …]  8 dimensions"


def test_a_sparse_answer_shows_the_heaviest_tokens_first() -> None:
    answer = {"sparse_embedding": [{"embedding": {"mail": 0.5, "password": 1.25}}]}

    lines = describe(SPARSE, answer)

    assert lines[1] == "password 1.25  mail 0.50  …  2 tokens"


def test_a_ranking_shows_the_documents_in_the_order_of_the_answer() -> None:
    answer = {
        "rerank": [
            {"index": 2, "relevance_score": 0.9},
            {"index": 0, "relevance_score": 0.1},
        ]
    }

    lines = describe(RERANK, answer)

    assert lines[1].startswith("1. 0.9000  Proxima Centauri")
    assert lines[2].startswith("2. 0.1000  Bread rises")
