from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator

import httpx
import orjson
import pytest

from allot_gateway.access.actions import ENDPOINTS, Action, Verb
from allot_gateway.routing.calls import PodAnswer, PodCall
from allot_protocol.errors import ErrorType, RequestFault
from tests.unit.allot_gateway.builders import an_endpoint, an_endpoint_spec
from tests.unit.allot_gateway.stage import JSON, Stage, a_client

PATH = "/_inference/text_embedding/my-e5"


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.see_endpoints(an_endpoint("my-e5"))
    stage.sync()
    return stage


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    async with a_client(stage) as client:
        yield client


async def test_a_pods_answer_comes_as_it_is(stage: Stage, client: httpx.AsyncClient) -> None:
    labelled = "application/vnd.elasticsearch+json;compatible-with=9"
    stage.answer = lambda _: PodAnswer(200, labelled, b'{ "as": "it came" }', None, "pod-1")

    answer = await client.post(PATH, json={"input": "a"}, headers={"accept": labelled})

    assert answer.content == b'{ "as": "it came" }'
    assert answer.headers["content-type"] == labelled
    assert answer.headers["x-elastic-product"] == "Elasticsearch"


@pytest.mark.parametrize("path", [PATH, "/_inference/my-e5", f"/default{PATH}"])
async def test_every_form_of_the_path_reaches_the_endpoint(
    stage: Stage, client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.post(path, json={"input": ["a", "bc"]})

    assert answer.json() == {"text_embedding": [{"embedding": [1]}, {"embedding": [2]}]}
    ((key, call),) = stage.calls
    assert (key.namespace, key.deployment_id) == ("default", "my-e5")
    assert call.path == PATH


async def test_an_endpoint_of_another_namespace_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"/other{PATH}", json={"input": "a"})

    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "resource_not_found_exception"


async def test_a_bulk_is_divided_and_joined(stage: Stage, client: httpx.AsyncClient) -> None:
    inputs = ["x" * (index % 9 + 1) for index in range(200)]

    answer = await client.post(PATH, json={"input": inputs})

    assert len(stage.calls) > 1
    assert [one["embedding"] for one in answer.json()["text_embedding"]] == [
        [len(text)] for text in inputs
    ]


async def test_usage_counts_the_tokens_of_all_pieces(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    inputs = ["x" * (index % 9 + 1) for index in range(200)]

    answer = await client.post("/v1/embeddings", json={"model": "my-e5", "input": inputs})

    assert len(stage.calls) > 1
    total = sum(map(len, inputs))
    assert answer.json()["usage"] == {"prompt_tokens": total, "total_tokens": total}


async def test_a_piece_that_is_refused_is_the_answer(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    refusal = PodAnswer(429, JSON, b'{"error":"full"}', "3", "pod-1")
    stage.answer = lambda _: refusal

    answer = await client.post(PATH, json={"input": ["x"] * 200})

    assert (answer.status_code, answer.content) == (429, b'{"error":"full"}')
    assert answer.headers["retry-after"] == "3"


async def test_a_pods_answer_that_is_no_answer_is_a_bad_gateway(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    stage.answer = lambda _: PodAnswer(200, JSON, b"{}", None, "pod-1")

    answer = await client.post(PATH, json={"input": ["x"] * 200})

    assert answer.status_code == 502


async def test_the_endpoints_own_settings_hold_where_a_request_says_nothing(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    settings = {"model_id": ".rerank-v1", "num_threads": 1, "num_allocations": 1}
    spec = {
        **an_endpoint_spec(),
        "task_type": "rerank",
        "service_settings": settings,
        "task_settings": {"return_documents": False},
    }
    stage.see_endpoints(an_endpoint("ranks", spec))
    stage.answer = lambda _: PodAnswer(200, JSON, b'{"rerank":[]}', None, "pod-1")

    await client.post("/_inference/ranks", json={"query": "q", "input": ["a"]})
    await client.post(
        "/_inference/ranks", json={"query": "q", "input": ["a"], "return_documents": True}
    )

    first, second = (orjson.loads(call.body) for _, call in stage.calls)
    assert (first["return_documents"], second["return_documents"]) == (False, True)


async def test_an_endpoint_that_breaks_a_rule_says_which(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    stage.see_endpoints(an_endpoint("wrong", an_endpoint_spec(num_threads=3)))

    answer = await client.post("/_inference/wrong", json={"input": "a"})

    assert answer.status_code == 409
    assert "num_threads" in answer.json()["error"]["reason"]


async def test_a_pod_gets_the_gateways_token_and_never_the_clients(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    stage.token = "of-the-pods"
    trace = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}

    await client.post(PATH, json={"input": "a"}, headers={"authorization": "ApiKey k", **trace})

    headers = dict(stage.calls[0][1].headers)
    assert headers["authorization"] == "Bearer of-the-pods"
    assert headers["traceparent"] == trace["traceparent"]


async def test_who_may_is_asked_before_anything_is_done(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    stage.refusal = RequestFault(ErrorType.FORBIDDEN, "may not")

    answers = [
        await client.post(PATH, json={"input": "a"}),
        await client.get("/_inference/my-e5"),
        await client.delete("/_inference/my-e5"),
        await client.get("/"),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert stage.calls == []
    assert stage.actions == [
        Action(Verb.INFER, "default", "my-e5"),
        Action(Verb.GET, "default", "my-e5", ENDPOINTS),
        Action(Verb.DELETE, "default", "my-e5", ENDPOINTS),
        None,
    ]


async def test_more_than_there_is_room_for_is_refused_and_probes_are_not(stage: Stage) -> None:
    stage.most_requests = 0
    async with a_client(stage) as client:
        refused = await client.post(PATH, json={"input": "a"})
        probed = await client.get("/readyz")

    assert (refused.status_code, probed.status_code) == (429, 200)
    assert refused.headers["retry-after"] == "1"


async def test_who_is_not_known_is_told_how_to_sign_in(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    stage.refusal = RequestFault(ErrorType.UNAUTHENTICATED, "who?", challenges=("Basic", "ApiKey"))

    answers = [await client.post(PATH, json={"input": "a"}), await client.get("/_inference")]

    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers.get_list("www-authenticate") == ["Basic", "ApiKey"]


async def test_a_change_leaves_a_line_and_a_question_none(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "allot_gateway.audit"):
        await client.get("/_inference/my-e5")
        await client.delete("/_inference/nobody", headers={"x-opaque-id": "7"})

    (record,) = (one for one in caplog.records if one.name == "allot_gateway.audit")
    line = json.loads(record.message)
    assert (line["request_id"], line["verb"], line["name"], line["status"]) == (
        "7",
        "delete",
        "nobody",
        404,
    )


async def test_ready_once_the_cluster_was_read_and_until_told_to_end(stage: Stage) -> None:
    new = Stage()
    async with a_client(new) as client:
        before = await client.get("/readyz")
        new.sync()
        then = await client.get("/readyz")
        new.is_draining = True
        last = await client.get("/readyz")

    assert [one.status_code for one in (before, then, last)] == [503, 200, 503]


async def test_told_to_end_it_has_every_client_come_back_to_another(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    before = await client.post(PATH, json={"input": "a"})
    stage.is_draining = True
    answers = [await client.post(PATH, json={"input": "a"}), await client.get("/_inference/my-e5")]

    assert "connection" not in before.headers
    assert [one.status_code for one in answers] == [200, 200]
    assert {one.headers["connection"] for one in answers} == {"close"}


async def test_probes_and_metrics_ask_nobody(stage: Stage, client: httpx.AsyncClient) -> None:
    stage.refusal = RequestFault(ErrorType.FORBIDDEN, "may not")

    answers = [await client.get(path) for path in ("/livez", "/readyz", "/metrics")]

    assert {answer.status_code for answer in answers} == {200}


async def test_metrics_name_endpoints_and_never_what_a_client_made_up(
    client: httpx.AsyncClient,
) -> None:
    await client.post(PATH, json={"input": "a"})
    await client.post("/_inference/made-up", json={"input": "a"})

    text = (await client.get("/metrics")).text

    served = 'requests_total{inference_id="my-e5",namespace="default",status="200"} 1.0'
    unknown = 'requests_total{inference_id="",namespace="",status="404"} 1.0'
    assert f"allot_gateway_{served}" in text
    assert f"allot_gateway_{unknown}" in text
    assert "made-up" not in text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing/at/all", 400),
        ("PATCH", "/_inference/my-e5", 405),
        ("POST", "/_inference/", 400),
        ("POST", "/_inference/a/b/c", 400),
    ],
)
async def test_what_no_call_takes_is_refused_as_elasticsearch_does(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path, json={})

    assert answer.status_code == status
    assert answer.json()["status"] == status


async def test_what_is_no_json_cannot_be_filtered(stage: Stage, client: httpx.AsyncClient) -> None:
    stage.answer = lambda _: PodAnswer(200, JSON, b"no JSON", None, "pod-1")

    answer = await client.post(f"{PATH}?pretty", json={"input": "a"})

    assert answer.status_code == 502


async def test_an_answer_is_filtered_and_indented_on_demand(client: httpx.AsyncClient) -> None:
    body = {"input": ["a", "bc"]}

    pretty = await client.post(f"{PATH}?pretty", json=body)
    filtered = await client.post(f"{PATH}?filter_path=nothing", json=body)

    assert pretty.text.startswith("{\n  ")
    assert filtered.json() == {}


async def test_chunks_come_with_their_offsets(client: httpx.AsyncClient) -> None:
    text = "One is short. " + "Two has many more words than the first one has. " * 40

    answer = await client.post(f"{PATH}?chunks=true", json={"input": [text, "Three."]})

    first, second = (one["chunks"] for one in answer.json()["text_embedding"])
    assert len(first) > 1
    assert (first[0]["start"], first[-1]["end"]) == (0, len(text))
    assert [one["embedding"] for one in first] == [[one["end"] - one["start"]] for one in first]
    assert second == [{"start": 0, "end": 6, "embedding": [6]}]


async def test_a_long_document_counts_by_its_best_chunk(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    settings = {
        "model_id": ".rerank-v1",
        "num_threads": 1,
        "num_allocations": 1,
        "long_document_strategy": "chunk",
    }
    spec = {**an_endpoint_spec(), "task_type": "rerank", "service_settings": settings}
    stage.see_endpoints(an_endpoint("ranks", spec))

    def rank(call: PodCall) -> PodAnswer:
        texts = orjson.loads(call.body)["input"]
        found = [
            {"index": index, "relevance_score": 1.0 * ("gold" in text)}
            for index, text in enumerate(texts)
        ]
        return PodAnswer(200, JSON, orjson.dumps({"rerank": found}), None, "pod-1")

    stage.answer = rank
    documents = ["Sand and stones. " * 300, "Much sand here. " * 300 + "Then gold."]

    answer = await client.post(
        "/_inference/ranks", json={"query": "q", "input": documents, "top_n": 1}
    )

    assert answer.json() == {"rerank": [{"index": 1, "relevance_score": 1.0, "text": documents[1]}]}


async def test_openais_cohere_and_tei_clients_are_answered_in_their_shapes(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    openai = await client.post("/v1/embeddings", json={"model": "my-e5", "input": ["a", "bc"]})
    tei = await client.post("/tei/my-e5/embed", json={"inputs": ["a", "bc"]})
    models = await client.get("/v1/models")

    assert [one["embedding"] for one in openai.json()["data"]] == [[1], [2]]
    assert tei.json() == [[1], [2]]
    assert [one["id"] for one in models.json()["data"]] == ["my-e5"]
    assert stage.actions[0] == Action(Verb.INFER, "default", "my-e5")


async def test_a_pods_refusal_is_told_in_the_shape_that_was_asked(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    body = orjson.dumps({"error": {"type": "x", "reason": "full"}, "status": 429})
    stage.answer = lambda _: PodAnswer(429, JSON, body, "3", "pod-1")

    answer = await client.post("/v1/embeddings", json={"model": "my-e5", "input": "a"})

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert answer.json()["error"]["message"] == "full"


async def test_a_parameter_that_the_call_does_not_have_is_named(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    answer = await client.post(f"{PATH}?timeuot=1s", json={"input": "a"})

    assert answer.status_code == 400
    assert "[timeuot] -> did you mean [timeout]?" in answer.json()["error"]["reason"]
    assert stage.calls == []


async def test_a_filter_that_is_too_large_is_refused_and_the_refusal_is_whole(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/_inference/my-e5", params={"filter_path": "a," * 200})

    assert (answer.status_code, answer.json()["status"]) == (400, 400)
    assert "[filter_path] has more than" in answer.json()["error"]["reason"]


async def test_our_own_faults_show_nothing_of_the_inside(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    def fail(_: object) -> PodAnswer:
        raise RuntimeError("secret")

    stage.answer = fail

    answer = await client.post(PATH, json={"input": "a"})

    assert answer.status_code == 500
    assert "secret" not in answer.text
