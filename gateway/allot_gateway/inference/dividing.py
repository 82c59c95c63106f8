"""A request's inputs in pieces, so that a bulk is spread over pods. Pure.

A piece is about one forward pass of a pod: a larger one would keep a pod busy that the others
could help, and a smaller one costs a request more. Elasticsearch divides a request over its nodes
by chance (TransportInternalInferModelAction); here each piece goes where there is room for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from allot_api.terms import TaskType
from allot_protocol.inference_request import InferenceRequest

PIECE_INPUTS = 64
PIECE_CHARACTERS = 2_048


@dataclass(frozen=True, slots=True)
class Piece:
    """Inputs `start` to `end` of a request, what they read as for a pod, and how long they are."""

    start: int
    end: int
    body: bytes
    characters: int

    @property
    def inputs(self) -> int:
        """Return how many inputs it has."""
        return self.end - self.start


def divide(asked: InferenceRequest, body: bytes, *, is_changed: bool = False) -> list[Piece]:
    """Return a request's pieces, in order; one that fits in a piece keeps its body as it came.

    `is_changed` says that the request is no longer what its body says.
    """
    bounds = list(_find_bounds(_weigh(asked)))
    if len(bounds) == 1 and not is_changed:
        return [Piece(0, len(asked.inputs), body, asked.characters)]
    is_divided = len(bounds) > 1
    return [
        Piece(start, end, _write(asked, start, end, is_divided=is_divided), characters)
        for start, end, characters in bounds
    ]


def _weigh(asked: InferenceRequest) -> Sequence[int]:
    """Return the characters that each input costs; with a query, its document's and the query's."""
    query = len(asked.query or "")
    return [query + len(text) for text in asked.inputs]


def _find_bounds(weights: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    start = characters = 0
    for index, weight in enumerate(weights):
        is_full = index - start >= PIECE_INPUTS or characters + weight > PIECE_CHARACTERS
        if index > start and is_full:
            yield start, index, characters
            start, characters = index, 0
        characters += weight
    yield start, len(weights), characters


def _write(asked: InferenceRequest, start: int, end: int, *, is_divided: bool) -> bytes:
    """Return the body of a piece; a divided ranking is put together here, texts included."""
    fields: dict[str, Any] = {"input": asked.inputs[start:end]}
    if asked.input_type is not None and asked.task_type is TaskType.TEXT_EMBEDDING:
        fields["input_type"] = asked.input_type
    if asked.task_type is TaskType.RERANK:
        fields["query"] = asked.query
        fields["return_documents"] = asked.return_documents and not is_divided
        if asked.top_n is not None and not is_divided:
            fields["top_n"] = asked.top_n
    return orjson.dumps(fields)
