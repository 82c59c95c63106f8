"""The elector on the fake cluster and on a real API server alike, in real time."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from allot_cluster.elector import Elector
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.lease import LeaseKey, Timing
from allot_cluster.resources import LEASES

TIMING = Timing(duration=2, renew_deadline=1.5, retry=0.2)


@pytest.fixture
def key(namespace: str) -> LeaseKey:
    return LeaseKey(namespace, "contract")


class Work:
    """What is led: it notes when it begins, and can be waited for."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.runs = 0

    async def __call__(self) -> None:
        self.runs += 1
        self.began.set()
        await asyncio.Event().wait()


async def lease_of(cluster: Cluster, key: LeaseKey) -> Manifest:
    found = await cluster.get(LEASES, key.namespace, key.name)
    assert found is not None
    return found


async def stop(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_lease_says_who_leads_since_when(cluster: Cluster, key: LeaseKey) -> None:
    work = Work()
    task = asyncio.create_task(Elector(cluster, key, "first", timing=TIMING).run(work))
    await asyncio.wait_for(work.began.wait(), 5)

    spec = (await lease_of(cluster, key))["spec"]

    assert spec["holderIdentity"] == "first"
    assert spec["leaseDurationSeconds"] == 2
    assert spec.get("leaseTransitions", 0) == 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", spec["renewTime"])
    assert abs(datetime.fromisoformat(spec["renewTime"]) - datetime.now(UTC)) < timedelta(minutes=1)  # noqa: TID251 - the stamp is of the wall clock
    await stop(task)


async def test_one_leads_and_the_other_follows_when_it_stops(
    cluster: Cluster, key: LeaseKey
) -> None:
    first_work, second_work = Work(), Work()
    first = asyncio.create_task(Elector(cluster, key, "first", timing=TIMING).run(first_work))
    await asyncio.wait_for(first_work.began.wait(), 5)
    second = asyncio.create_task(Elector(cluster, key, "second", timing=TIMING).run(second_work))
    await asyncio.sleep(3)
    before = (second_work.runs, first_work.runs)

    await stop(first)
    await asyncio.wait_for(second_work.began.wait(), 1)

    assert before == (0, 1)
    spec = (await lease_of(cluster, key))["spec"]
    assert spec["holderIdentity"] == "second"
    assert spec["leaseTransitions"] == 1
    await stop(second)


async def test_a_released_lease_is_nobodys(cluster: Cluster, key: LeaseKey) -> None:
    work = Work()
    task = asyncio.create_task(Elector(cluster, key, "first", timing=TIMING).run(work))
    await asyncio.wait_for(work.began.wait(), 5)

    await stop(task)

    assert (await lease_of(cluster, key))["spec"]["holderIdentity"] == ""


async def test_a_lease_whose_holder_is_gone_is_taken_when_it_expires(
    cluster: Cluster, key: LeaseKey
) -> None:
    await cluster.create(
        LEASES,
        {
            "metadata": {"namespace": key.namespace, "name": key.name},
            "spec": {"holderIdentity": "gone", "leaseDurationSeconds": 2},
        },
    )
    work = Work()
    clock = asyncio.get_running_loop().time
    started = clock()
    task = asyncio.create_task(Elector(cluster, key, "second", timing=TIMING).run(work))

    await asyncio.wait_for(work.began.wait(), 6)

    assert clock() - started >= 2
    await stop(task)


async def test_a_wall_clock_that_is_wrong_changes_nothing(cluster: Cluster, key: LeaseKey) -> None:
    wall = datetime(2026, 11, 24, tzinfo=UTC)
    works = [Work(), Work()]
    electors = [
        Elector(cluster, key, "slow", timing=TIMING, utc_now=lambda: wall - timedelta(hours=1)),
        Elector(cluster, key, "fast", timing=TIMING, utc_now=lambda: wall + timedelta(hours=1)),
    ]
    slow = asyncio.create_task(electors[0].run(works[0]))
    await asyncio.wait_for(works[0].began.wait(), 5)
    fast = asyncio.create_task(electors[1].run(works[1]))

    await asyncio.sleep(3)

    assert [work.runs for work in works] == [1, 0]
    assert electors[0].is_leading
    await stop(slow, fast)
