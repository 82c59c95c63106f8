"""The elector's loop, in virtual time, against the fake cluster."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allot_cluster.elector import Elector, unique_identity
from allot_cluster.errors import Conflict, Unavailable
from allot_cluster.interface import Manifest
from allot_cluster.lease import LeaseKey, Timing
from allot_cluster.resources import LEASES
from tests.fakes.cluster import FakeCluster
from tests.fakes.virtual_time import run_in_virtual_time

KEY = LeaseKey("allot-system", "allot-operator")
TIMING = Timing()
WALL = datetime(2026, 11, 24, tzinfo=UTC)


class Stage:
    """One store of objects, candidates with an access of their own to it, and who leads when."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.began = self.loop.time()
        self.first = FakeCluster()
        self.leading: list[str] = []
        self.story: list[tuple[float, str]] = []
        self.most_leaders = 0

    @property
    def time(self) -> float:
        return round(self.loop.time() - self.began, 1)

    def access(self) -> FakeCluster:
        """Return another way to the same objects, which can fail on its own."""
        return self.first.another_access()

    def candidate(
        self,
        name: str,
        cluster: FakeCluster,
        utc_now: Callable[[], datetime] = lambda: WALL,
        seconds: float = 1e9,
    ) -> asyncio.Task[None]:
        elector = Elector(cluster, KEY, name, timing=TIMING, utc_now=utc_now)

        async def lead() -> None:
            self.leading.append(name)
            self.most_leaders = max(self.most_leaders, len(self.leading))
            self.story.append((self.time, f"{name} leads"))
            try:
                await asyncio.sleep(seconds)
            finally:
                self.leading.remove(name)
                self.story.append((self.time, f"{name} stops"))

        return asyncio.create_task(elector.run(lead))

    @property
    def lease(self) -> Manifest:
        found = self.first.peek(LEASES, KEY.namespace, KEY.name)
        assert found is not None
        return found

    @property
    def holder(self) -> str:
        return str(self.lease["spec"]["holderIdentity"])


async def stop(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_the_first_leads_and_the_second_waits() -> None:
    async def main() -> None:
        stage = Stage()
        tasks = [stage.candidate("a", stage.access()), stage.candidate("b", stage.access())]

        await asyncio.sleep(120)

        assert stage.story == [(0.0, "a leads")]
        assert stage.lease["spec"]["leaseTransitions"] == 0
        await stop(*tasks)

    run_in_virtual_time(main())


def test_it_renews_every_two_seconds_with_one_call() -> None:
    async def main() -> None:
        stage = Stage()
        cluster = stage.access()
        task = stage.candidate("a", cluster)

        await asyncio.sleep(61)

        assert [call.verb for call in cluster.calls] == ["get", "create", *["replace"] * 30]
        await stop(task)

    run_in_virtual_time(main())


def test_a_clean_stop_lets_the_next_begin_within_a_retry() -> None:
    async def main() -> None:
        stage = Stage()
        first, second = (stage.candidate(name, stage.access()) for name in "ab")
        await asyncio.sleep(31)

        await stop(first)
        released = stage.holder
        await asyncio.sleep(2)

        assert released == ""
        assert stage.story == [(0.0, "a leads"), (31.0, "a stops"), (32.1, "b leads")]
        await stop(second)

    run_in_virtual_time(main())


def test_the_lease_is_kept_while_the_work_winds_up() -> None:
    async def main() -> None:
        cluster = FakeCluster()
        ended = False

        async def lead() -> None:
            nonlocal ended
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(60)
                ended = True

        task = asyncio.create_task(Elector(cluster, KEY, "a", utc_now=lambda: WALL).run(lead))
        await asyncio.sleep(5)
        task.cancel()
        await asyncio.sleep(50)
        renewals = len(cluster.writes)
        held = cluster.peek(LEASES, KEY.namespace, KEY.name)
        await asyncio.gather(task, return_exceptions=True)

        assert held is not None
        assert held["spec"]["holderIdentity"] == "a"
        assert renewals > 20
        assert ended

    run_in_virtual_time(main())


def test_a_leader_that_vanishes_is_followed_when_its_lease_expires() -> None:
    async def main() -> None:
        stage = Stage()
        cluster = stage.access()
        first, second = stage.candidate("a", cluster), stage.candidate("b", stage.access())
        await asyncio.sleep(31)

        cluster.away = True
        await asyncio.sleep(30)

        # Renewed last at 30 s: cancelled at 40; b saw that change by 32 at the latest.
        assert stage.story[1] == (40.0, "a stops")
        assert stage.story[2][1] == "b leads"
        assert 45.0 <= stage.story[2][0] <= 47.1
        await stop(first, second)

    run_in_virtual_time(main())


@pytest.mark.parametrize("fault", ["away", "hung", "deaf"])
def test_leading_ends_at_the_deadline_whatever_the_calls_do(fault: str) -> None:
    async def main() -> None:
        stage = Stage()
        cluster = stage.access()
        task = stage.candidate("a", cluster)
        await asyncio.sleep(31)

        setattr(cluster, fault, True)
        await asyncio.sleep(20)

        assert stage.story == [(0.0, "a leads"), (40.0, "a stops")]
        setattr(cluster, fault, False)
        await asyncio.sleep(120)
        assert stage.story[2][1] == "a leads"
        await stop(task)

    run_in_virtual_time(main())


def test_an_outage_shorter_than_the_deadline_is_not_noticed() -> None:
    async def main() -> None:
        stage = Stage()
        cluster = stage.access()
        tasks = [stage.candidate("a", cluster), stage.candidate("b", stage.access())]
        await asyncio.sleep(31)

        cluster.away = True
        await asyncio.sleep(8)
        cluster.away = False
        await asyncio.sleep(60)

        assert stage.story == [(0.0, "a leads")]
        await stop(*tasks)

    run_in_virtual_time(main())


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_jump_of_the_wall_clock_changes_nothing(hours: int) -> None:
    async def main() -> None:
        stage = Stage()
        wall = WALL

        def jumping() -> datetime:
            return wall

        tasks = [
            stage.candidate("a", stage.access(), jumping),
            stage.candidate("b", stage.access(), lambda: WALL + timedelta(hours=hours)),
        ]
        await asyncio.sleep(31)
        wall += timedelta(hours=hours)
        await asyncio.sleep(60)

        assert stage.story == [(0.0, "a leads")]
        await stop(*tasks)

    run_in_virtual_time(main())


def test_an_answer_that_is_lost_is_made_up_for() -> None:
    async def main() -> None:
        stage = Stage()
        cluster = stage.access()
        cluster.fail("create", Unavailable("cut"), after=True)
        cluster.fail("replace", Unavailable("cut"), on_call=3, after=True)
        task = stage.candidate("a", cluster)

        await asyncio.sleep(60)

        assert stage.story == [(2.0, "a leads")]
        await stop(task)

    run_in_virtual_time(main())


def test_a_conflict_is_read_up_on_and_the_lease_kept_if_it_is_still_ours() -> None:
    async def main() -> None:
        stage = Stage()
        task = stage.candidate("a", stage.access())
        await asyncio.sleep(5)
        lease = stage.lease
        lease["metadata"]["labels"] = {"by": "hand"}
        await stage.first.replace(LEASES, lease)

        await asyncio.sleep(60)

        assert stage.story == [(0.0, "a leads")]
        assert stage.lease["metadata"]["labels"] == {"by": "hand"}
        await stop(task)

    run_in_virtual_time(main())


def test_a_lease_given_to_another_ends_the_leading_at_the_next_renewal() -> None:
    async def main() -> None:
        stage = Stage()
        task = stage.candidate("a", stage.access())
        await asyncio.sleep(5)
        lease = stage.lease
        lease["spec"]["holderIdentity"] = "other"
        await stage.first.replace(LEASES, lease)

        await asyncio.sleep(3)

        assert stage.story == [(0.0, "a leads"), (6.1, "a stops")]
        assert stage.holder == "other"
        await stop(task)
        assert stage.holder == "other"

    run_in_virtual_time(main())


def test_a_deleted_lease_is_made_again_by_its_holder() -> None:
    async def main() -> None:
        stage = Stage()
        tasks = [stage.candidate("a", stage.access()), stage.candidate("b", stage.access())]
        await asyncio.sleep(31)

        await stage.first.delete(LEASES, KEY.namespace, KEY.name)
        await asyncio.sleep(60)

        assert stage.story == [(0.0, "a leads")]
        assert stage.holder == "a"
        await stop(*tasks)

    run_in_virtual_time(main())


def test_it_ends_when_the_work_ends_and_releases() -> None:
    async def main() -> None:
        stage = Stage()

        await stage.candidate("a", stage.access(), seconds=30)

        assert stage.story == [(0.0, "a leads"), (30.0, "a stops")]
        assert stage.holder == ""

    run_in_virtual_time(main())


def test_what_the_work_raises_is_raised_after_the_release() -> None:
    async def main() -> None:
        cluster = FakeCluster()

        async def lead() -> None:
            await asyncio.sleep(3)
            raise RuntimeError("broken")

        with pytest.raises(RuntimeError, match="broken"):
            await Elector(cluster, KEY, "a").run(lead)

        lease = cluster.peek(LEASES, KEY.namespace, KEY.name)
        assert lease is not None
        assert lease["spec"]["holderIdentity"] == ""

    run_in_virtual_time(main())


def test_a_stop_while_the_server_is_away_takes_no_longer_than_two_calls() -> None:
    async def main() -> None:
        stage = Stage()
        cluster = stage.access()
        task = stage.candidate("a", cluster)
        await asyncio.sleep(5)

        cluster.hung = True
        await stop(task)

        assert stage.time <= 5 + 3 * TIMING.call

    run_in_virtual_time(main())


def test_work_that_does_not_end_is_complained_about(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        cluster = FakeCluster()

        async def lead() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(30)

        task = asyncio.create_task(Elector(cluster, KEY, "a", utc_now=lambda: WALL).run(lead))
        await asyncio.sleep(5)
        cluster.away = True
        await asyncio.sleep(60)
        await stop(task)

    run_in_virtual_time(main())

    assert [r.message for r in caplog.records if r.levelno == logging.CRITICAL] == [
        "What led by the Lease allot-system/allot-operator does not end; another may lead beside it"
    ]


def test_a_failure_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        cluster = FakeCluster()
        cluster.away = True
        task = asyncio.create_task(Elector(cluster, KEY, "a").hold())
        await asyncio.sleep(60)
        await stop(task)

    run_in_virtual_time(main())

    assert len(caplog.records) == 1
    assert "the API server is away" in caplog.text


def test_presence_is_held_until_it_is_cancelled() -> None:
    async def main() -> None:
        stage = Stage()
        elector = Elector(stage.access(), KEY, "gateway", utc_now=lambda: WALL)
        task = asyncio.create_task(elector.hold())
        await asyncio.sleep(60)

        assert elector.is_leading
        assert stage.holder == "gateway"
        await stop(task)
        assert not elector.is_leading
        assert stage.holder == ""

    run_in_virtual_time(main())


def test_identities_are_never_the_same() -> None:
    assert unique_identity("pod").startswith("pod_")
    assert unique_identity("pod") != unique_identity("pod")


FAULTS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["away", "hung", "deaf", "lost", "conflict", "restart", "delete", "none"]),
        st.sampled_from([0.1, 1.0, 3.0, 9.0, 14.0, 30.0]),
    ),
    max_size=15,
)


@settings(max_examples=40, deadline=None)
@given(faults=FAULTS, skews=st.lists(st.integers(-3600, 3600), min_size=3, max_size=3))
def test_never_two_lead_and_someone_does_in_the_end(
    faults: list[tuple[int, str, float]], skews: list[int]
) -> None:
    async def main() -> None:
        stage = Stage()
        clusters = [stage.access() for _ in skews]
        runs = 0

        def start(number: int) -> asyncio.Task[None]:
            nonlocal runs
            runs += 1
            skewed = WALL + timedelta(seconds=skews[number])
            return stage.candidate(f"{number}.{runs}", clusters[number], lambda: skewed)

        tasks = [start(number) for number in range(3)]
        await asyncio.sleep(3)
        for number, fault, seconds in faults:
            await strike(stage, clusters[number], fault)
            if fault == "restart":
                await stop(tasks[number])
                tasks[number] = start(number)
            # A candidate that starts where a Lease was deleted cannot know that there was one.
            await asyncio.sleep(90 if fault == "delete" else seconds)
            for name in ("away", "hung", "deaf"):
                setattr(clusters[number], name, False)

        await asyncio.sleep(120)

        assert stage.most_leaders <= 1, stage.story
        assert len(stage.leading) == 1, stage.story
        await stop(*tasks)

    run_in_virtual_time(main())


async def strike(stage: Stage, cluster: FakeCluster, fault: str) -> None:
    match fault:
        case "away" | "hung" | "deaf":
            setattr(cluster, fault, True)
        case "lost":
            cluster.fail("*", Unavailable("cut"), on_call=2, after=True)
        case "conflict":
            cluster.fail("replace", Conflict("moved"))
        case "delete" if stage.leading:
            await stage.first.delete(LEASES, KEY.namespace, KEY.name)
        case _:
            pass
