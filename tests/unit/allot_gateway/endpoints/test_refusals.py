"""What a PUT is refused for, before anything is stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from allot_cluster.resources import INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS, TRAINED_MODELS
from tests.unit.allot_gateway.builders import E5, ELSER, SHARED, a_deployment, a_model
from tests.unit.allot_gateway.endpoints.test_creating import BODY
from tests.unit.allot_gateway.world import World, kind, reason

STATUS, SETTINGS, PARSE = "status_exception", "validation_exception", "x_content_parse_exception"


def a_body(**settings: Any) -> dict[str, Any]:
    """Return a PUT's body for E5; None takes a setting away."""
    whole = {**BODY["service_settings"], **settings}  # type: ignore[dict-item]
    kept = {name: value for name, value in whole.items() if value is not None}
    return {"service": "elasticsearch", "service_settings": kept}


@pytest.mark.parametrize(
    ("path", "body", "wanted", "words"),
    [
        ("text_embedding/x", {"service_settings": {}}, STATUS, "missing the [service] setting"),
        ("text_embedding/x", {**BODY, "service": "openai"}, STATUS, "Unknown service [openai]"),
        ("text_embedding/x", {**BODY, "service": ["a"]}, STATUS, "Unknown service"),
        ("text_embedding/x", {"service": "elasticsearch"}, STATUS, "[service_settings] is missing"),
        ("text_embedding/x", {**BODY, "scaling": {}}, STATUS, "settings [scaling] unknown"),
        ("text_embedding/x", {**BODY, "inference_id": "y"}, STATUS, "[inference_id] unknown"),
        ("dance/x", BODY, STATUS, "Unknown task_type [dance]"),
        ("x", BODY, STATUS, "the task type must be given"),
        ("x", {**BODY, "task_type": 7}, STATUS, "[task_type] must be a string"),
        ("rerank/x", {**BODY, "task_type": "text_embedding"}, STATUS, "contradicts"),
        ("text_embedding/x", a_body(queue=1), PARSE, "[service_settings] unknown field [queue]"),
        ("text_embedding/x", a_body(num_threads=None), SETTINGS, "num_threads is missing"),
        ("text_embedding/x", a_body(num_threads=3), SETTINGS, "a power of two up to 32"),
        ("text_embedding/x", a_body(num_threads=64), SETTINGS, "a power of two up to 32"),
        ("text_embedding/x", a_body(num_allocations=None), SETTINGS, "num_allocations is missing"),
        ("text_embedding/x", a_body(num_allocations=0), SETTINGS, "greater than or equal to 1"),
        ("text_embedding/x", a_body(num_allocations="1"), SETTINGS, "must be of type integer"),
        ("text_embedding/x", a_body(model_id=None), SETTINGS, "model_id is missing"),
        (
            "text_embedding/x",
            a_body(adaptive_allocations={"enabled": True}),
            SETTINGS,
            "num_allocations is 1 beside enabled adaptive_allocations",
        ),
        (
            "rerank/x",
            {**a_body(model_id=".rerank-v1"), "chunking_settings": {"strategy": "none"}},
            SETTINGS,
            "[chunking_settings] chunking_settings are given for task_type rerank",
        ),
        (
            "text_embedding/x",
            {**BODY, "chunking_settings": {"max_chunk_size": 100}},
            SETTINGS,
            "[chunking_settings] the required setting [strategy] is absent",
        ),
        ("text_embedding/-x", BODY, SETTINGS, "inference_id is '-x'"),
        ("text_embedding/x", a_body(model_id="gone"), STATUS, "model [gone] was not found"),
        ("rerank/x", BODY, STATUS, f"model [{E5}] does [text_embedding]"),
        ("text_embedding/.rerank-v1-elasticsearch", BODY, STATUS, "reserved inference ID"),
        ("text_embedding/my-own", BODY, STATUS, "the id of an existing model"),
        ("text_embedding/there", BODY, STATUS, "the id of an existing trained model deployment"),
        (
            "sparse_embedding/x",
            {"service": "elasticsearch", "service_settings": {"deployment_id": "there"}},
            STATUS,
            "model [.multilingual-e5-small] does [text_embedding]",
        ),
        (
            "text_embedding/x",
            {
                "service": "elasticsearch",
                "service_settings": {"deployment_id": "there", "model_id": ELSER},
            },
            STATUS,
            "serves the model [.multilingual-e5-small]",
        ),
        ("rerank/x", {"service": "elser", "service_settings": {}}, SETTINGS, "sparse_embedding"),
    ],
)
async def test_a_body_that_cannot_be_is_refused_and_nothing_is_stored(
    world: World, path: str, body: Any, wanted: str, words: str
) -> None:
    await world.have(MODEL_DEPLOYMENTS, a_deployment("there", E5))

    answered = await world.put(path, body)

    assert kind(answered) == (400, wanted)
    assert words in reason(answered)
    assert world.endpoints() == []
    assert [call for call in world.cluster.calls if call.verb == "create"] == []


@pytest.mark.parametrize("service_settings", [{"deployment_id": "nobody"}])
async def test_a_deployment_that_is_not_there_is_not_found(
    world: World, service_settings: dict[str, Any]
) -> None:
    body = {"service": "elasticsearch", "service_settings": service_settings}

    answered = await world.put("text_embedding/x", body)

    assert kind(answered) == (404, "resource_not_found_exception")
    assert "Cannot find deployment [nobody]" in reason(answered)
    assert world.endpoints() == []


async def test_several_problems_are_numbered(world: World) -> None:
    answered = await world.put("text_embedding/x", a_body(num_threads=3, num_allocations=None))

    assert reason(answered).startswith("Validation Failed: 1: [service_settings] num_threads is 3")
    assert ";2: [service_settings] num_allocations is missing" in reason(answered)


async def test_a_model_that_breaks_a_rule_cannot_be_served(world: World) -> None:
    broken = a_model("broken", "broken", "text_embedding", pooling="unknown")
    await world.have(TRAINED_MODELS, broken)

    answered = await world.put("text_embedding/x", a_body(model_id="broken"))

    assert kind(answered) == (400, STATUS)
    assert "model [broken] cannot be served" in reason(answered)


async def test_a_model_of_the_namespace_goes_before_the_shared_one(world: World) -> None:
    own = a_model("e5", E5, "sparse_embedding")
    own["metadata"]["namespace"] = "default"
    await world.have(TRAINED_MODELS, own)

    assert SHARED != "default"
    assert kind(await world.put("text_embedding/x", BODY)) == (400, STATUS)


async def test_an_alias_names_a_model(world: World) -> None:
    settings = {"model_id": ".elser_model_2_linux-x86_64", "num_threads": 1, "num_allocations": 1}
    body = {"service": "elasticsearch", "service_settings": settings}

    answered = await world.put("sparse_embedding/x", body)

    assert answered.json()["service_settings"]["model_id"] == ".elser_model_2_linux-x86_64"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "request body is required"),
        (b"{", "the body is not JSON"),
        (b"[]", "must be a JSON object"),
        (b'{"service": NaN}', "the body is not JSON"),
        (b'{"service": "\\ud800"}', "the body is not JSON"),
        (b'{"service": "a", "service": "b"}', "Duplicate field [service]"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "nested too deeply"),
        (b'{"a":' * 100_00 + b"1" + b"}" * 100_00, "the body is not JSON"),
    ],
)
async def test_what_is_no_object_is_refused(world: World, content: bytes, words: str) -> None:
    answered = await world.client.put(
        "/_inference/text_embedding/x",
        content=content,
        headers={"content-type": "application/json"},
    )

    assert kind(answered) == (400, PARSE)
    assert words in reason(answered)


async def test_what_is_quoted_is_cut(world: World) -> None:
    answered = await world.put("text_embedding/x", a_body(num_threads="x" * 10_000))
    unknown = await world.put("text_embedding/x", a_body(**{"y" * 10_000: 1}))

    assert len(reason(answered)) < 1000
    assert len(reason(unknown)) < 1000


async def test_another_media_type_is_refused(world: World) -> None:
    answered = await world.client.put(
        "/_inference/text_embedding/x", content=b"a: 1", headers={"content-type": "text/yaml"}
    )

    assert kind(answered) == (406, "media_type_header_exception")


async def test_null_is_as_left_out(world: World) -> None:
    body = {
        **a_body(),
        "task_settings": None,
        "chunking_settings": {},
    }
    body["service_settings"]["adaptive_allocations"] = None

    answered = await world.put("text_embedding/x", body)

    made = world.endpoint("x")
    assert answered.status_code == 200
    assert made is not None
    assert made["spec"] == {"task_type": "text_embedding", **json.loads(json.dumps(BODY))}
    assert world.cluster.peek_all(INFERENCE_ENDPOINTS) == [made]
