from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_api.terms import ElementType, TaskType
from allot_api.trained_model import TrainedModelSpec
from allot_protocol.inference_request import InferenceRequest, InputType
from allot_runtime.answering import build_answer, choose_prefix, cosine, rank, tokenize_request
from allot_runtime.models.interface import DenseVector, Score, SparseVector, TokenSequence
from tests.fakes.echo_model import EchoModel

PREFIXES = {"search": "find ", "ingest": "keep "}


def a_request(
    task_type: TaskType = TaskType.TEXT_EMBEDDING,
    *inputs: str,
    query: str | None = None,
    input_type: InputType | None = None,
    top_n: int | None = None,
    return_documents: bool = True,
) -> InferenceRequest:
    return InferenceRequest(
        task_type=task_type,
        inputs=inputs,
        query=query,
        input_type=input_type,
        return_documents=return_documents,
        top_n=top_n,
        timeout_seconds=30.0,
    )


def a_spec(**fields: Any) -> TrainedModelSpec:
    source = {"uri": "package://a/b"}
    return TrainedModelSpec.model_validate(
        {"source": source, "task_types": ["text_embedding"], **fields}
    )


def test_each_input_is_read_with_its_prefix() -> None:
    request = a_request(TaskType.TEXT_EMBEDDING, "a cat", "b", input_type=InputType.SEARCH)

    sequences = tokenize_request(request, a_spec(prefix_strings=PREFIXES), EchoModel())

    assert [one.ids for one in sequences] == [(4, 1, 3), (4, 1)]


@pytest.mark.parametrize(
    ("input_type", "prefix"),
    [
        (InputType.SEARCH, "find "), (InputType.INGEST, "keep "),
        (InputType.CLUSTERING, ""), (InputType.CLASSIFICATION, ""), (None, ""),
    ],
)  # fmt: skip
def test_only_search_and_ingest_have_a_prefix(input_type: InputType | None, prefix: str) -> None:
    assert choose_prefix(a_spec(prefix_strings=PREFIXES), input_type) == prefix
    assert choose_prefix(a_spec(), input_type) == ""


def test_a_cross_encoder_reads_pairs() -> None:
    request = a_request(TaskType.RERANK, "first one", "second", query="question")

    sequences = tokenize_request(request, a_spec(task_types=["rerank"]), EchoModel())

    assert [one.ids for one in sequences] == [(8, 5, 3), (8, 6)]


def test_similarity_reads_the_query_first_and_each_with_its_prefix() -> None:
    spec = a_spec(task_types=["rerank"], scoring="embedding_similarity", prefix_strings=PREFIXES)
    request = a_request(TaskType.RERANK, "doc", query="question")

    sequences = tokenize_request(request, spec, EchoModel())

    assert [one.ids for one in sequences] == [(4, 8), (4, 3)]


def test_dense_vectors_keep_their_order() -> None:
    vectors = [np.array([1, 2], dtype=np.float32), np.array([3, 4], dtype=np.float32)]

    answer = build_answer(a_request(), [], [DenseVector(vector) for vector in vectors])

    assert [list(one["embedding"]) for one in answer["text_embedding"]] == [[1, 2], [3, 4]]


def test_dense_vectors_may_be_bytes() -> None:
    output = DenseVector(np.array([1, -0.5, 0], dtype=np.float32))

    answer = build_answer(a_request(), [], [output], ElementType.BYTE)

    assert list(answer) == ["text_embedding_bytes"]
    (vector,) = (one["embedding"] for one in answer["text_embedding_bytes"])
    assert vector.dtype == np.int8
    assert vector.tolist() == [127, -64, 0]


def test_sparse_answers_say_whether_they_were_cut() -> None:
    sequence = TokenSequence((1,), (0,), is_truncated=True)
    output = SparseVector({"cat": np.float32(0.5)})

    answer = build_answer(a_request(TaskType.SPARSE_EMBEDDING), [sequence], [output])

    assert answer == {"sparse_embedding": [{"is_truncated": True, "embedding": {"cat": 0.5}}]}


def test_a_ranking_by_vectors_is_by_their_cosine() -> None:
    def vector(*values: float) -> DenseVector:
        return DenseVector(np.array(values, dtype=np.float32))

    request = a_request(TaskType.RERANK, "far", "near", "none", query="q", return_documents=False)
    outputs = [vector(2, 0), vector(0, 3), vector(5, 1), vector(0, 0)]

    ranking = build_answer(request, [], outputs)["rerank"]

    assert [one["index"] for one in ranking] == [1, 0, 2]
    assert ranking[0]["relevance_score"] == pytest.approx(5 / np.sqrt(26))
    assert [one["relevance_score"] for one in ranking[1:]] == [0.0, 0.0]


def test_the_cosine_of_a_vector_without_length_is_zero() -> None:
    assert cosine(np.zeros(3), np.ones(3)) == 0.0


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=9), st.none() | st.integers(1, 20))
def test_a_ranking_is_sorted_whole_and_stable(values: list[int], top_n: int | None) -> None:
    texts = tuple(str(index) for index in range(len(values)))
    request = a_request(TaskType.RERANK, *texts, query="q", top_n=top_n)

    ranking = rank(request, [Score(np.float32(value)).value for value in values])

    indices = [one["index"] for one in ranking]
    expected = sorted(range(len(values)), key=lambda index: (-values[index], index))
    assert indices == expected[: top_n or len(values)]
    assert [one["text"] for one in ranking] == [texts[index] for index in indices]


@pytest.mark.parametrize("wanted", [0, 1, 3])
def test_texts_that_nobody_waits_for_are_not_read(wanted: int) -> None:
    answers = iter([True] * wanted + [False] * 9)
    request = a_request(TaskType.TEXT_EMBEDDING, "a", "b", "c")

    read = tokenize_request(request, a_spec(), EchoModel(), lambda: next(answers))

    assert len(read) == wanted
