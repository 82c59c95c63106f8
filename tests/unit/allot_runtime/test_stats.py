"""What the operator, the gateway and a curious person read of one allocation."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from allot_api.terms import ModelState
from allot_operator.facts.reports import Report, parse_report
from allot_runtime.allocation import Allocation
from allot_runtime.readiness import Readiness
from allot_runtime.stats import describe_routing, describe_start, describe_stats
from allot_runtime.threads import CpuShare
from tests.fakes.echo_allocation import SlowStart, a_served_model, an_allocation, some_settings
from tests.fakes.echo_model import POISON, EchoModel, an_open_model

PATH = "/_inference/text_embedding/any"
SHARE = CpuShare(quota=1.5, affinity=4, throttled_seconds=0.25)


async def test_elasticsearchs_fields_of_a_node(tmp_path: Path) -> None:
    async with a_served_model(tmp_path, num_threads=2, queue_capacity=2) as (allocation, client):
        for text in ("a", POISON, ["a"] * 3):
            await client.post(PATH, json={"input": text})
        await client.post(f"{PATH}?timeout=1nanos", json={"input": "a"})
        node = (await client.get("/stats")).json()["inference"]

    # The warm-up's pass is an inference too.
    counts = {"inference_count": 2, "error_count": 1, "rejected_execution_count": 3}
    shape = {"threads_per_allocation": 2, "number_of_allocations": 1, "timeout_count": 1}
    assert node | counts | shape == node
    assert node["routing_state"] == {"routing_state": "started"}
    assert node["start_time"] == allocation.start_time <= node["last_access"]
    assert node["average_inference_time_ms"] > 0
    assert node["number_of_pending_requests"] == node["inference_cache_hit_count"] == 0
    assert node["peak_throughput_per_minute"] == node["throughput_last_minute"] == 0


async def test_a_node_that_was_never_asked_leaves_out_what_it_does_not_know(
    tmp_path: Path,
) -> None:
    async with a_served_model(tmp_path, prepared=False) as (_, client):
        node = (await client.get("/stats")).json()["inference"]

    assert node["inference_count"] == 0
    absent = {"average_inference_time_ms", "last_access", "error_count", "timeout_count"}
    assert absent & set(node) == set()


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (ModelState.STARTING, "starting"), (ModelState.FETCHING, "starting"),
        (ModelState.LOADING, "starting"), (ModelState.WARMING_UP, "starting"),
        (ModelState.READY, "started"), (ModelState.DRAINING, "stopping"),
    ],
)  # fmt: skip
def test_each_state_has_elasticsearchs_word(state: ModelState, word: str) -> None:
    assert describe_routing(Readiness(state)) == {"routing_state": word}


def test_a_failed_node_says_why() -> None:
    assert describe_routing(Readiness(ModelState.FAILED, message="no room")) == {
        "routing_state": "failed",
        "reason": "no room",
    }


async def test_the_scalers_counters_only_grow(tmp_path: Path) -> None:
    async with a_served_model(tmp_path, queue_capacity=2) as (_, client):
        readings = []
        for text in ("a b", POISON, ["a"] * 3, "b"):
            await client.post(PATH, json={"input": text})
            readings.append((await client.get("/stats")).json()["work"])

    for earlier, later in itertools.pairwise(readings):
        growing = earlier.keys() - {"tokens_waiting"}
        assert [name for name in growing if later[name] < earlier[name]] == []
    first, last = readings[0], readings[-1]
    # A failed input arrived and was never done; what was refused did not even arrive.
    assert last["inputs_arrived"] - first["inputs_arrived"] == 2
    assert last["inputs_done"] - first["inputs_done"] == 1


def test_a_restart_has_a_boot_of_its_own(tmp_path: Path) -> None:
    boots = set()
    for _ in range(2):
        allocation = an_allocation(tmp_path, EchoModel())
        document = describe_stats(allocation, SHARE)
        boots.add(document["boot_id"])
        assert document["work"]["forward_passes"] == 0
        allocation.engine.end()

    assert len(boots) == 2


async def test_the_start_is_told_by_phase_and_stands_still_once_ready(tmp_path: Path) -> None:
    async with a_served_model(tmp_path) as (allocation, _):
        starts = [describe_stats(allocation, SHARE)["start"] for _ in range(2)]

    assert set(starts[0]) == {"import_seconds", "fetch_seconds", "load_seconds", "warm_up_seconds"}
    assert starts[0] == starts[1]


async def test_a_slow_start_says_what_it_was_spent_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SlowStart()
    allocation = Allocation(
        some_settings(tmp_path),
        load=clock.load,
        monotonic=clock.monotonic,
        process_age_seconds=0.75,
    )

    with caplog.at_level("INFO"):
        await allocation.prepare()
    allocation.engine.end()

    assert describe_start(allocation) == {
        "import_seconds": 2.75,
        "fetch_seconds": 0.0,
        "load_seconds": 0.5,
        "warm_up_seconds": 0.0,
    }
    line = "ready after 3.2 s: import 2.8 s, fetch 0.0 s, load 0.5 s, warm up 0.0 s"
    assert line in caplog.messages


async def test_memory_is_settled_once_when_the_model_is_there_and_nobody_waits_yet(
    tmp_path: Path,
) -> None:
    states: list[tuple[str, bool]] = []
    allocation = Allocation(
        some_settings(tmp_path),
        load=lambda *_: (an_open_model(), 1),
        settle=lambda: states.append(
            (allocation.readiness.state, allocation.dimensions is not None)
        ),
    )

    await allocation.prepare()
    allocation.engine.end()

    assert states == [("warming_up", True)]
    assert allocation.readiness.is_ready


async def test_the_operator_understands_what_is_told(tmp_path: Path) -> None:
    async with a_served_model(tmp_path) as (allocation, client):
        report = parse_report((await client.get("/stats")).content)

    assert isinstance(report, Report)
    assert (report.boot_id, report.state, report.digest) == (
        allocation.boot_id,
        ModelState.READY,
        allocation.digest,
    )
    assert report.work.forward_passes == 1
    budget = allocation.engine.budget
    assert (report.pass_tokens, budget.inputs) == (budget.tokens, 256)
    assert report.start_seconds == pytest.approx(sum(describe_start(allocation).values()))


async def test_the_budget_of_a_pass_is_told(tmp_path: Path) -> None:
    allocation = an_allocation(tmp_path, EchoModel(), num_threads=8)
    told: dict[str, Any] = describe_stats(allocation, SHARE)["batch"]
    allocation.engine.end()

    assert told == {"tokens": 512, "inputs": 256}


def test_threads_are_told_with_what_the_kernel_allows(tmp_path: Path) -> None:
    allocation = an_allocation(tmp_path, EchoModel(), num_threads=3)
    told: dict[str, Any] = describe_stats(allocation, SHARE)["threads"]
    allocation.engine.end()

    assert told == {
        "num_threads": 3,
        "torch": None,
        "quota": 1.5,
        "affinity": 4,
        "throttled_seconds": 0.25,
    }
