"""What Prometheus reads of an allocation."""

from __future__ import annotations

import itertools
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from allot_runtime.metrics import build_registry
from allot_runtime.metrics_page import build_page
from tests.fakes.echo_allocation import a_served_model, an_allocation
from tests.fakes.echo_model import POISON, EchoModel, an_open_model

PATH = "/_inference/text_embedding/any"
Values = dict[str, float]


async def scrape(client: httpx.AsyncClient) -> Values:
    """Return every series with its value."""
    text = (await client.get("/metrics")).text
    return {
        f"{sample.name}{show(sample.labels)}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def show(labels: dict[str, str]) -> str:
    return f"{{{', '.join(sorted(labels.values()))}}}" if labels else ""


def requests(values: Values, task: str, outcome: str) -> float:
    return values[f"allot_runtime_requests_total{{{outcome}, {task}}}"]


async def test_a_request_is_seen_from_its_arrival_to_its_answer(tmp_path: Path) -> None:
    async with a_served_model(tmp_path) as (_, client):
        before = await scrape(client)
        await client.post(PATH, json={"input": ["a b c", "d"]})
        after = await scrape(client)

    grown = {name: after[name] - before[name] for name in after if name.startswith("allot_")}
    assert requests(grown, "text_embedding", "ok") == 1
    assert grown["allot_runtime_request_duration_seconds_count{text_embedding}"] == 1
    assert grown["allot_runtime_tokenization_duration_seconds_count"] == 1
    assert grown["allot_runtime_queue_wait_seconds_count"] == 2
    assert grown["allot_runtime_batch_inputs_sum"] == 2
    assert grown["allot_runtime_batch_tokens_sum"] == 4
    assert grown["allot_runtime_inputs_done_total"] == 2
    assert grown["allot_runtime_tokens_arrived_total"] == 4
    assert grown["allot_runtime_compute_seconds_total"] > 0
    assert after["allot_runtime_inputs_waiting"] == after["allot_runtime_tokens_waiting"] == 0


Ask = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


@pytest.mark.parametrize(
    ("ask", "task", "outcome"),
    [
        (lambda client: client.post("/_inference/x/y", json={}), "unknown", "invalid"),
        (lambda client: client.post(PATH, json={}), "text_embedding", "invalid"),
        (lambda client: client.post(PATH, content=b"{}"), "text_embedding", "invalid"),
        (lambda client: client.post(PATH, json={"input": "x" * 5000}), "text_embedding",
         "too_large"),
        (lambda client: client.post(PATH, json={"input": POISON}), "text_embedding", "failed"),
        (lambda client: client.post(PATH, json={"input": ["a"] * 9}), "text_embedding",
         "queue_full"),
        (lambda client: client.post(f"{PATH}?timeout=1nanos", json={"input": "a"}),
         "text_embedding", "timeout"),
    ],
)  # fmt: skip
async def test_errors_are_counted_by_kind(
    tmp_path: Path, ask: Ask, task: str, outcome: str
) -> None:
    async with a_served_model(tmp_path, queue_capacity=8, max_body_bytes=2000) as (_, client):
        await ask(client)
        values = await scrape(client)

    counted = {name: value for name, value in values.items() if "requests_total" in name and value}
    assert counted == {f"allot_runtime_requests_total{show(dict(a=task, b=outcome))}": 1.0}


async def test_before_the_model_is_there_requests_are_counted_as_too_early(
    tmp_path: Path,
) -> None:
    async with a_served_model(tmp_path, prepared=False) as (allocation, client):
        await client.post(PATH, json={"input": "a"})
        values = await scrape(client)

    assert requests(values, "text_embedding", "not_ready") == 1
    assert values["allot_runtime_model_state{starting}"] == 1
    assert values["allot_runtime_model_state{ready}"] == 0
    assert allocation.dimensions is None


async def test_counters_only_grow(tmp_path: Path) -> None:
    async with a_served_model(tmp_path, queue_capacity=2) as (_, client):
        readings = [await scrape(client)]
        for text in ("a", POISON, ["a"] * 3, "b"):
            await client.post(PATH, json={"input": text})
            readings.append(await scrape(client))

    growing = [name for name in readings[0] if re.search(r"_(total|count|sum|bucket)\b", name)]
    assert len(growing) > 30
    for earlier, later in itertools.pairwise(readings):
        assert [name for name in growing if later[name] < earlier[name]] == []


async def test_the_model_and_the_process_say_who_they_are(tmp_path: Path) -> None:
    async with a_served_model(tmp_path) as (allocation, client):
        values = await scrape(client)

    assert values[f"allot_runtime_model_info{{d, echo, {allocation.digest}}}"] == 1
    assert values["allot_runtime_model_state{ready}"] == 1
    assert values["process_resident_memory_bytes"] > 1_000_000


async def test_the_start_is_measured_by_phase(tmp_path: Path) -> None:
    async with a_served_model(tmp_path) as (_, client):
        values = await scrape(client)

    phases = ["import", "fetch", "load", "warm_up"]
    assert [f"allot_runtime_start_seconds{{{phase}}}" in values for phase in phases] == [True] * 4


def test_every_metric_explains_itself_and_names_its_unit(tmp_path: Path) -> None:
    allocation = an_allocation(tmp_path, an_open_model())
    families = [
        family
        for family in build_registry(allocation).collect()
        if family.name.startswith("allot_runtime_")
    ]
    allocation.engine.end()

    assert len(families) > 15
    for family in families:
        assert family.documentation.endswith("."), family.name
        assert not family.name.endswith(("_ms", "_milliseconds", "_total")), family.name
        assert "seconds" in family.name or "Seconds" not in family.documentation, family.name


def test_two_applications_share_no_registry(tmp_path: Path) -> None:
    one, other = (an_allocation(tmp_path, EchoModel()) for _ in range(2))

    assert build_registry(one) is not build_registry(other)
    assert [*build_registry(one).collect()]
    one.engine.end()
    other.engine.end()


def test_the_page_has_a_row_for_every_metric() -> None:
    rows = [line for line in build_page().splitlines() if line.startswith("| `")]

    assert rows == sorted(rows)
    assert (
        "| `allot_runtime_requests_total` | counter | `task`, `outcome` | Requests that were "
        "answered or given up, by task and by how they ended. |"
    ) in rows
    assert any(row.endswith("Buckets: 1, 2, 4, 8, 16, 32, 64, 128, 256, +Inf. |") for row in rows)
