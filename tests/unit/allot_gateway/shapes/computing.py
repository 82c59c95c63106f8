"""Answers as Elasticsearch gives them, computed from the inputs alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from allot_api.terms import TaskType
from allot_gateway.shapes.inference_call import (
    Answer,
    Computed,
    InferenceCall,
    ServedEndpoint,
)
from allot_protocol.errors import ErrorType, RequestFault

ENDPOINTS = (
    ServedEndpoint("my-e5", TaskType.TEXT_EMBEDDING, 1_700_000_000),
    ServedEndpoint(".elser", TaskType.SPARSE_EMBEDDING, 1_700_000_001),
    ServedEndpoint("ranker", TaskType.RERANK, 1_700_000_002),
)


def embed(text: str) -> list[float]:
    """Three numbers that tell texts from one another, not all of them short in binary."""
    return [float(len(text)), -0.1, text.count("a") / 3]


def score(query: str, text: str) -> float:
    """Below zero without the query's words."""
    return float(text.count(query)) * 2 - 1


@dataclass
class Computing:
    """Computes calls to the endpoints above, and keeps what was asked."""

    calls: list[tuple[str, InferenceCall, Mapping[str, str]]] = field(default_factory=list)

    def endpoints(self, namespace: str) -> Sequence[ServedEndpoint]:
        return ENDPOINTS if namespace == "here" else ()

    async def infer(
        self, namespace: str, call: InferenceCall, headers: Mapping[str, str]
    ) -> Computed:
        self.calls.append((namespace, call, headers))
        if call.inference_id == "busy":
            raise RequestFault(ErrorType.REJECTED, "the queue is full", retry_after_seconds=7)
        if call.inference_id == "broken":
            raise RequestFault(ErrorType.FAILED, "the model failed")
        return Computed(compute(call), sum(len(text.split()) for text in call.inputs))


def compute(call: InferenceCall) -> Answer:
    tasks = {endpoint.inference_id: endpoint.task_type for endpoint in ENDPOINTS}
    match call.task_type or tasks[call.inference_id]:
        case TaskType.TEXT_EMBEDDING:
            return {"text_embedding": [{"embedding": embed(text)} for text in call.inputs]}
        case TaskType.SPARSE_EMBEDDING:
            return {
                "sparse_embedding": [
                    {
                        "is_truncated": False,
                        "embedding": {word: len(word) / 3 for word in text.split()},
                    }
                    for text in call.inputs
                ]
            }
        case TaskType.RERANK:
            ranked = sorted(
                ((score(call.query or "", text), index) for index, text in enumerate(call.inputs)),
                key=lambda one: -one[0],
            )
            return {
                "rerank": [
                    {"index": index, "relevance_score": value}
                    for value, index in ranked[: call.top_n]
                ]
            }
