"""Ask endpoints for a dense vector, sparse tokens and a ranking, and put them in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

SHOWN_DIMENSIONS = 6
SHOWN_TOKENS = 8
TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Question:
    """One inference call: which endpoint, with which body."""

    endpoint: str
    task_type: str
    body: dict[str, Any]


DENSE = Question(
    "my-e5-endpoint",
    "text_embedding",
    {"input": "The quick brown fox jumps over the lazy dog.", "input_type": "ingest"},
)
SPARSE = Question(
    "my-elser-endpoint",
    "sparse_embedding",
    {"input": "How do I reset the password of my mail account?"},
)
RERANK = Question(
    "my-rerank-endpoint",
    "rerank",
    {
        "query": "Which star is nearest to Earth?",
        "input": [
            "Bread rises because yeast makes carbon dioxide.",
            "The Sun is the star at the centre of the Solar System, closest to our planet.",
            "Proxima Centauri is the nearest star to the Sun.",
        ],
    },
)


def ask(base_url: str, question: Question, token: str | None = None) -> dict[str, Any]:
    """Return the endpoint's answer; raises httpx.HTTPError when it refuses or is away.

    `token` is a Kubernetes token, for a gateway that asks who sends requests.
    """
    answer = httpx.post(
        f"{base_url}/_inference/{question.task_type}/{question.endpoint}",
        json=question.body,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=TIMEOUT_SECONDS,
        trust_env=False,
    )
    answer.raise_for_status()
    content: dict[str, Any] = answer.json()
    return content


def describe(question: Question, answer: dict[str, Any]) -> list[str]:
    """Put an answer in a few lines of text."""
    match question.task_type:
        case "text_embedding":
            return describe_dense(question, answer)
        case "sparse_embedding":
            return describe_sparse(question, answer)
        case _:
            return describe_rerank(question, answer)


def describe_dense(question: Question, answer: dict[str, Any]) -> list[str]:
    """Show the first numbers of the vector and how many there are."""
    vector = answer["text_embedding"][0]["embedding"]
    shown = ", ".join(f"{value:+.4f}" for value in vector[:SHOWN_DIMENSIONS])
    return [f'"{question.body["input"]}"', f"[{shown}, …]  {len(vector)} dimensions"]


def describe_sparse(question: Question, answer: dict[str, Any]) -> list[str]:
    """Show the heaviest tokens."""
    tokens = answer["sparse_embedding"][0]["embedding"]
    heaviest = sorted(tokens.items(), key=lambda pair: -pair[1])[:SHOWN_TOKENS]
    shown = "  ".join(f"{token} {weight:.2f}" for token, weight in heaviest)
    return [f'"{question.body["input"]}"', f"{shown}  …  {len(tokens)} tokens"]


def describe_rerank(question: Question, answer: dict[str, Any]) -> list[str]:
    """Show the documents, best first."""
    documents = question.body["input"]
    ranked = [
        f"{place}. {result['relevance_score']:.4f}  {documents[result['index']]}"
        for place, result in enumerate(answer["rerank"], start=1)
    ]
    return [f'"{question.body["query"]}"', *ranked]
