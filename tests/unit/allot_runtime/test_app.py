"""The application in this process, with a model without weights."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from allot_api.terms import ModelState
from allot_protocol.headers import PASS_TOKENS_HEADER, TOKENS_HEADER, WAITING_TOKENS_HEADER
from allot_protocol.media_types import JSON
from allot_runtime.allocation import Allocation
from allot_runtime.app import build_app
from allot_runtime.errors import ModelFault
from allot_runtime.routes import describe_work
from allot_runtime.timeline import Timeline
from tests.fakes.echo_allocation import a_served_model, an_allocation
from tests.fakes.echo_model import POISON, EchoModel, an_open_model


@pytest.fixture
async def allocation(tmp_path: Path) -> AsyncIterator[Allocation]:
    allocation = an_allocation(tmp_path, an_open_model())
    await allocation.prepare()
    yield allocation
    allocation.engine.end()


@pytest.fixture
async def client(allocation: Allocation) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(build_app(allocation), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://pod") as client:
        yield client


async def test_a_prepared_model_is_ready_and_says_what_it_is(client: httpx.AsyncClient) -> None:
    ready, stats = await client.get("/readyz"), (await client.get("/stats")).json()

    assert ready.status_code == 200
    assert stats["model"] | {"state": "ready", "dimensions": 2, "bytes_total": 2} == stats["model"]
    assert (stats["deployment_id"], stats["model_id"]) == ("d", "echo")
    # The first forward pass is work that was done.
    assert stats["work"]["forward_passes"] == 1


async def test_an_answer_carries_the_product_and_the_clients_media_type(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/_inference/any", json={"input": ["a cat"]})

    assert answer.json() == {"text_embedding": [{"embedding": [2.0, 4.0]}]}
    assert answer.headers["x-elastic-product"] == "Elasticsearch"
    assert answer.headers["content-type"] == JSON


async def test_an_answer_says_its_tokens_and_what_waits(client: httpx.AsyncClient) -> None:
    answer = await client.post("/_inference/any", json={"input": ["a cat", "sat"]})

    assert answer.headers[TOKENS_HEADER] == "3"
    assert answer.headers[WAITING_TOKENS_HEADER] == "0"
    assert answer.headers[PASS_TOKENS_HEADER] == "384"


async def test_what_waits_is_told_while_a_pass_runs(tmp_path: Path) -> None:
    model = an_open_model()
    async with a_served_model(tmp_path, model) as (allocation, client):
        model.gate.clear()
        model.entered.clear()
        asking = [asyncio.create_task(client.post("/_inference/any", json={"input": ["a cat"]}))]
        await asyncio.to_thread(model.entered.wait, 10)
        asking += [
            asyncio.create_task(client.post("/_inference/any", json={"input": ["and a dog"]}))
            for _ in range(2)
        ]
        for _ in range(1000):
            if allocation.engine.pending == 3:
                break
            await asyncio.sleep(0.001)
        told = describe_work(allocation, Timeline(0.0, tokens=7))
        model.gate.set()
        await asyncio.gather(*asking)

    assert told == {TOKENS_HEADER: "7", WAITING_TOKENS_HEADER: "6", PASS_TOKENS_HEADER: "384"}


async def test_bytes_go_out_as_whole_numbers_under_their_own_name(tmp_path: Path) -> None:
    async with a_served_model(tmp_path, element_type="byte") as (_, client):
        answer = await client.post("/_inference/any", json={"input": ["a cat"]})

    # The echo's vectors are longer than 1: 2.0 and 4.0 become the largest byte.
    assert answer.text == '{"text_embedding_bytes":[{"embedding":[127,127]}]}'


@pytest.mark.parametrize(
    "path", ["/livez", "/readyz", "/stats", "/metrics", "/_cat", "/_inference/a"]
)
async def test_every_answer_carries_the_product(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).headers["x-elastic-product"] == "Elasticsearch"


async def test_pretty_is_for_people(client: httpx.AsyncClient) -> None:
    answer = await client.post("/_inference/any?pretty", json={"input": ["a cat"]})

    assert answer.text.count("\n") > 5


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/_inference/any", 405, "Incorrect HTTP method for uri [/_inference/any]"),
        ("GET", "/_cat", 400, "no handler found for uri [/_cat] and method [GET]"),
    ],
)
async def test_what_no_route_takes(
    client: httpx.AsyncClient, method: str, path: str, status: int, reason: str
) -> None:
    answer = await client.request(method, path)

    assert answer.status_code == answer.json()["status"] == status
    assert reason in answer.json()["error"]["root_cause"][0]["reason"]
    assert answer.headers["x-elastic-product"] == "Elasticsearch"


@pytest.mark.parametrize("headers", [{}, {"content-type": "text/plain"}])
async def test_a_body_of_another_type_is_refused(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.post("/_inference/any", content=b"{}", headers=headers)

    assert answer.status_code == 406
    assert "send application/json" in answer.json()["error"]["reason"]


async def test_a_failed_pass_is_500_with_its_reason(client: httpx.AsyncClient) -> None:
    answer = await client.post("/_inference/any", json={"input": POISON})

    assert answer.status_code == 500
    assert answer.json()["error"]["reason"] == "inference failed: [a poisoned input]"


async def test_a_draining_allocation_is_not_ready_and_still_answers(
    allocation: Allocation, client: httpx.AsyncClient
) -> None:
    allocation.drain()

    assert (await client.get("/readyz")).status_code == 503
    assert (await client.post("/_inference/any", json={"input": "a"})).status_code == 200


async def test_before_the_first_pass_nothing_is_answered(tmp_path: Path) -> None:
    model = EchoModel()
    allocation = an_allocation(tmp_path, model)
    preparing = asyncio.create_task(allocation.prepare())
    await asyncio.to_thread(model.entered.wait, 10)

    transport = httpx.ASGITransport(build_app(allocation))
    async with httpx.AsyncClient(transport=transport, base_url="http://pod") as client:
        ready = await client.get("/readyz")
        early = await client.post("/_inference/any", json={"input": "a"})
        live = await client.get("/livez")
    model.gate.set()
    await preparing

    assert (ready.status_code, early.status_code, live.status_code) == (503, 409, 200)
    assert "computing its first vector" in early.json()["error"]["reason"]
    assert allocation.readiness.is_ready
    allocation.engine.end()


async def test_a_model_whose_first_pass_fails_is_never_served(tmp_path: Path) -> None:
    class Broken(EchoModel):
        def tokenize(self, text: str, pair: str | None = None) -> Any:
            return super().tokenize(POISON)

    model = Broken()
    model.gate.set()
    allocation = an_allocation(tmp_path, model)

    with pytest.raises(ModelFault, match="first forward pass failed"):
        await allocation.prepare()

    assert allocation.readiness.state is ModelState.FAILED
    allocation.engine.end()


async def test_a_missing_source_leaves_the_process_up_with_its_reason(tmp_path: Path) -> None:
    allocation = an_allocation(tmp_path, an_open_model())
    (tmp_path / "config.json").unlink()

    await allocation.prepare()

    assert allocation.readiness.state is ModelState.FAILED
    assert "has no config.json" in allocation.readiness.describe()
    allocation.engine.end()
