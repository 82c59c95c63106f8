from __future__ import annotations

from typing import Any

import pytest

from tests.unit.allot_gateway.endpoints.test_creating import BODY
from tests.unit.allot_gateway.world import World, kind, reason


@pytest.mark.parametrize("major", [7, 8, 9])
async def test_is_labelled_as_the_client_asks(world: World, major: int) -> None:
    label = f"application/vnd.elasticsearch+json; compatible-with={major}"

    answered = await world.call("GET", "/_inference", headers={"accept": label})

    assert answered.headers["content-type"] == label.replace(" ", "")
    assert answered.headers["x-elastic-product"] == "Elasticsearch"


async def test_refusals_have_the_product_header_too(world: World) -> None:
    answered = await world.call("GET", "/_inference/nobody")

    assert answered.headers["x-elastic-product"] == "Elasticsearch"
    assert answered.headers["content-type"] == "application/json"


async def test_filter_path_applies_to_answers_and_refusals(world: World) -> None:
    await world.put("text_embedding/my-e5", BODY)

    found = await world.call("GET", "/_inference/my-e5?filter_path=endpoints.task_type")
    refused = await world.call("GET", "/_inference/nobody?filter_path=error.type")

    assert found.json() == {"endpoints": [{"task_type": "text_embedding"}]}
    assert refused.json() == {"error": {"type": "resource_not_found_exception"}}


@pytest.mark.parametrize("query", ["pretty", "pretty=true"])
async def test_pretty_is_indented(world: World, query: str) -> None:
    assert (await world.call("GET", f"/_inference?{query}")).text == '{\n  "endpoints": []\n}\n'


async def test_error_trace_tells_no_trace(world: World) -> None:
    answered = await world.call("GET", "/_inference/nobody?error_trace=true")

    assert answered.status_code == 404
    assert "stack_trace" not in answered.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("forced=1", "unrecognized parameter: [forced] -> did you mean [force]?"),
        ("a=1&b=2", "unrecognized parameters: [a], [b]"),
    ],
)
async def test_unknown_parameters_are_refused(world: World, query: str, words: str) -> None:
    answered = await world.call("DELETE", f"/_inference/x?{query}")

    assert kind(answered) == (400, "illegal_argument_exception")
    assert reason(answered) == f"request [/_inference/x] contains {words}"


@pytest.mark.parametrize(
    ("method", "query", "words"),
    [
        ("DELETE", "force=maybe", "[maybe] of [force]"),
        ("PUT", "timeout=30", "[timeout] with value [30]"),
    ],
)
async def test_parameters_of_another_type_are_refused(
    world: World, method: str, query: str, words: str
) -> None:
    answered = await world.call(method, f"/_inference/text_embedding/x?{query}", BODY)

    assert kind(answered) == (400, "illegal_argument_exception")
    assert words in reason(answered)


async def test_the_service_elser_warns_as_clients_read_it(world: World) -> None:
    body: dict[str, Any] = {"service": "elser", "service_settings": {"num_allocations": 1}}

    warned = await world.put("sparse_embedding/e", body)
    silent = await world.put("text_embedding/my-e5", BODY)

    assert warned.headers["warning"].startswith(
        '299 Elasticsearch-9.1.0-allot "The [elser] service'
    )
    assert "warning" not in silent.headers
