"""From a request to the sequences to compute, and from their outputs to Elasticsearch's answer.

Bodies are those of the reference's InferenceResult; numbers stay numpy's, and orjson prints 32-bit
floats in their shortest form.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from allot_api.terms import ElementType, Scoring, TaskType
from allot_api.trained_model import TrainedModelSpec
from allot_protocol.inference_request import InferenceRequest, InputType
from allot_runtime.models.interface import (
    DenseVector,
    Model,
    Output,
    Score,
    SparseVector,
    TokenSequence,
)
from allot_runtime.quantization import to_bytes


def tokenize_request(
    request: InferenceRequest,
    spec: TrainedModelSpec,
    model: Model,
    is_wanted: Callable[[], bool] = lambda: True,
) -> list[TokenSequence]:
    """Return what has to be computed for a request; long texts block, and want another thread.

    Ends early, with fewer sequences than texts, once nobody waits for them any more.
    """
    texts = list_texts(request, spec)
    return [model.tokenize(*text) for text in itertools.takewhile(lambda _: is_wanted(), texts)]


def list_texts(
    request: InferenceRequest, spec: TrainedModelSpec
) -> list[tuple[str] | tuple[str, str]]:
    """Return the texts or pairs of texts that a model reads for a request.

    To compare vectors, the query goes first, then the documents; a cross-encoder reads pairs.
    """
    if request.query is None:
        prefix = choose_prefix(spec, request.input_type)
        return [(prefix + text,) for text in request.inputs]
    if spec.scoring is Scoring.CROSS_ENCODER:
        return [(request.query, text) for text in request.inputs]
    search = choose_prefix(spec, InputType.SEARCH)
    ingest = choose_prefix(spec, InputType.INGEST)
    return [(search + request.query,), *((ingest + text,) for text in request.inputs)]


def choose_prefix(spec: TrainedModelSpec, input_type: InputType | None) -> str:
    """Return what the model wants before an input; only search and ingest have a prefix."""
    prefixes = spec.prefix_strings
    if prefixes is None:
        return ""
    match input_type:
        case InputType.SEARCH:
            return prefixes.search
        case InputType.INGEST:
            return prefixes.ingest
        case _:
            return ""


def build_answer(
    request: InferenceRequest,
    sequences: Sequence[TokenSequence],
    outputs: Sequence[Output],
    element_type: ElementType = ElementType.FLOAT,
) -> dict[str, Any]:
    """Return the body of the answer; `element_type` is that of its dense vectors."""
    match request.task_type:
        case TaskType.TEXT_EMBEDDING:
            return _describe_dense(outputs, element_type)
        case TaskType.SPARSE_EMBEDDING:
            return {"sparse_embedding": _describe_sparse(sequences, outputs)}
        case TaskType.RERANK:
            return {"rerank": rank(request, score(outputs))}


def _describe_dense(outputs: Sequence[Output], element_type: ElementType) -> dict[str, Any]:
    vectors = [output.values for output in outputs if isinstance(output, DenseVector)]
    match element_type:
        case ElementType.FLOAT:
            return {"text_embedding": [{"embedding": vector} for vector in vectors]}
        case ElementType.BYTE:
            return {"text_embedding_bytes": [{"embedding": to_bytes(one)} for one in vectors]}


def _describe_sparse(
    sequences: Sequence[TokenSequence], outputs: Sequence[Output]
) -> list[dict[str, Any]]:
    return [
        {"is_truncated": sequence.is_truncated, "embedding": output.weights}
        for sequence, output in zip(sequences, outputs, strict=True)
        if isinstance(output, SparseVector)
    ]


def score(outputs: Sequence[Output]) -> list[np.float32]:
    """Return each document's score: the cross-encoder's, or the cosine to the query's vector."""
    scores = [output.value for output in outputs if isinstance(output, Score)]
    if scores:
        return scores
    vectors = [output.values for output in outputs if isinstance(output, DenseVector)]
    query, *documents = vectors
    return [cosine(query, document) for document in documents]


def cosine(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> np.float32:
    """Return the cosine of two vectors; 0 where one has no length."""
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    return np.float32(one @ other / lengths) if lengths else np.float32(0.0)


def rank(request: InferenceRequest, scores: Sequence[np.float32]) -> list[dict[str, Any]]:
    """Return the documents, best first; `top_n` above their number returns all of them."""
    order = sorted(range(len(scores)), key=lambda index: -scores[index])
    results: list[dict[str, Any]] = []
    for index in order[: request.top_n]:
        result: dict[str, Any] = {"index": index, "relevance_score": scores[index]}
        if request.return_documents:
            result["text"] = request.inputs[index]
        results.append(result)
    return results
