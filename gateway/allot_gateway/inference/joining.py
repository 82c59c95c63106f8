"""The answers to a request's pieces as one answer. Pure.

Vectors and weights are not decoded: an answer is an object of one array, and arrays are joined by
their bytes. A ranking is decoded, since its documents are put in one order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from allot_api.terms import TaskType
from allot_gateway.inference.dividing import Piece
from allot_protocol.inference_request import InferenceRequest

OPENS, CLOSES = b":[", b"]}"


class UnexpectedAnswer(ValueError):
    """A pod's answer is not an object of one array."""


def join(asked: InferenceRequest, pieces: Sequence[Piece], answers: Sequence[bytes]) -> bytes:
    """Return one answer from those to a request's pieces; raises UnexpectedAnswer."""
    if asked.task_type is TaskType.RERANK:
        return orjson.dumps({"rerank": _rank(asked, pieces, answers)})
    parts = [_take_apart(answer) for answer in answers]
    heads = {head for head, _ in parts}
    if len(heads) > 1:
        raise UnexpectedAnswer(f"pieces were answered as {sorted(heads)}")
    return parts[0][0] + b",".join(elements for _, elements in parts) + CLOSES


def _take_apart(answer: bytes) -> tuple[bytes, bytes]:
    """Return what is before an answer's elements, and the elements."""
    opens = answer.find(OPENS)
    if opens < 0 or not answer.endswith(CLOSES):
        raise UnexpectedAnswer(f"a pod answered {answer[:80]!r}")
    begins = opens + len(OPENS)
    return answer[:begins], answer[begins : -len(CLOSES)]


def _rank(
    asked: InferenceRequest, pieces: Sequence[Piece], answers: Sequence[bytes]
) -> list[dict[str, Any]]:
    """Return the documents of all pieces, best first; equals stay in the order of the request."""
    found: list[dict[str, Any]] = []
    for piece, answer in zip(pieces, answers, strict=True):
        try:
            ranked = orjson.loads(answer)["rerank"]
            found += [{**one, "index": one["index"] + piece.start} for one in ranked]
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise UnexpectedAnswer(f"a pod answered {answer[:80]!r}") from error
    found.sort(key=lambda one: (-one["relevance_score"], one["index"]))
    if asked.return_documents:
        for one in found:
            one["text"] = asked.inputs[one["index"]]
    return found[: asked.top_n]
