"""Who may lead: tables, and a model in which any candidates do anything at any time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allot_cluster.interface import Manifest
from allot_cluster.lease import (
    Decision,
    LeaseKey,
    Marks,
    Move,
    Seen,
    Timing,
    build_held,
    build_released,
    decide,
    format_micro_time,
    is_held,
    observe,
)

KEY = LeaseKey("allot-system", "allot-operator")
TIMING = Timing()
WALL = datetime(2026, 11, 24, 10, 30, 0, 123456, tzinfo=UTC)


def a_lease(holder: str = "a", version: str = "1", **spec: Any) -> Manifest:
    return {
        "metadata": {**KEY_METADATA, "uid": "u", "resourceVersion": version},
        "spec": {"holderIdentity": holder, "leaseDurationSeconds": 15, **spec},
    }


KEY_METADATA = {"namespace": KEY.namespace, "name": KEY.name}


@pytest.mark.parametrize(
    ("seen", "now", "decision"),
    [
        (Seen(None, 0, present=False), 0, Decision(Move.CREATE)),
        (Seen(a_lease("me"), 0, present=True), 99, Decision(Move.RENEW)),
        (Seen(a_lease("me"), 100, present=False), 101, Decision(Move.WAIT, 14)),
        (Seen(a_lease(""), 0, present=True), 0, Decision(Move.TAKE)),
        (Seen(a_lease("other"), 100, present=True), 114, Decision(Move.WAIT, 1)),
        (Seen(a_lease("other"), 100, present=True), 115, Decision(Move.TAKE)),
        (Seen(a_lease("other"), 100, present=False), 114, Decision(Move.WAIT, 1)),
        (Seen(a_lease("other"), 100, present=False), 115, Decision(Move.CREATE)),
        (Seen(a_lease(""), 100, present=False), 114, Decision(Move.WAIT, 1)),
        (
            Seen(a_lease("other", leaseDurationSeconds=60), 100, present=True),
            130,
            Decision(Move.WAIT, 30),
        ),
        (
            Seen(a_lease("other", leaseDurationSeconds=None), 100, present=True),
            105,
            Decision(Move.WAIT, 10),
        ),
    ],
)
def test_the_move_follows_from_what_was_seen_and_when(
    seen: Seen, now: float, decision: Decision
) -> None:
    assert decide(seen, "me", TIMING, now) == decision


def test_the_stamp_in_the_lease_decides_nothing() -> None:
    long_past = a_lease("other", renewTime="1999-01-01T00:00:00.000000Z")

    assert decide(Seen(long_past, 100, present=True), "me", TIMING, 101).move is Move.WAIT


def test_a_version_seen_before_keeps_its_time() -> None:
    first = observe(None, a_lease(), 100)

    assert observe(first, a_lease(), 110) == first
    assert observe(first, a_lease(version="2"), 110).since == 110


def test_a_deleted_lease_is_made_again_at_once_by_who_leads() -> None:
    gone = observe(observe(None, a_lease("me"), 100), None, 110)

    assert decide(gone, "me", TIMING, 110, leading=True).move is Move.CREATE
    assert decide(gone, "me", TIMING, 110).move is Move.WAIT


def test_others_wait_after_a_deletion_for_who_may_have_taken_it_unseen() -> None:
    gone = observe(observe(observe(None, a_lease("other"), 100), None, 200), None, 210)

    assert (gone.since, gone.present) == (200, False)
    assert decide(gone, "me", TIMING, 214).move is Move.WAIT
    assert decide(gone, "me", TIMING, 215).move is Move.CREATE


def test_presence_is_assumed_until_silence_has_lasted() -> None:
    seen = observe(None, a_lease("gateway"), 100)

    assert is_held(seen, 114, TIMING)
    assert not is_held(seen, 115, TIMING)
    assert not is_held(observe(None, a_lease(""), 100), 100, TIMING)
    assert not is_held(observe(None, None, 100), 100, TIMING)


def test_taking_a_lease_keeps_what_others_wrote_and_counts_the_transition() -> None:
    before = a_lease("other", leaseTransitions=3, renewTime="x", acquireTime="x", strategy="s")
    before["metadata"]["labels"] = {"kept": "yes"}

    held = build_held(observe(None, before, 0), KEY, "me", TIMING, WALL)

    stamp = "2026-11-24T10:30:00.123456Z"
    assert held["metadata"] == before["metadata"]
    assert held["spec"] == {
        "holderIdentity": "me",
        "leaseDurationSeconds": 15,
        "leaseTransitions": 4,
        "acquireTime": stamp,
        "renewTime": stamp,
        "strategy": "s",
    }


def test_renewing_keeps_the_time_of_acquiring() -> None:
    before = a_lease("me", leaseTransitions=3, acquireTime="then", renewTime="then")

    spec = build_held(observe(None, before, 0), KEY, "me", TIMING, WALL)["spec"]

    assert (spec["acquireTime"], spec["leaseTransitions"]) == ("then", 3)
    assert spec["renewTime"] == "2026-11-24T10:30:00.123456Z"


def test_a_clock_that_stands_still_still_renews() -> None:
    before = a_lease("me", renewTime="2026-11-24T10:30:00.123456Z")

    spec = build_held(observe(None, before, 0), KEY, "me", TIMING, WALL)["spec"]

    assert spec["renewTime"] == "2026-11-24T10:30:00.123457Z"


def test_a_new_lease_names_its_place_and_no_version() -> None:
    held = build_held(observe(None, None, 0), KEY, "me", TIMING, WALL)

    assert held["metadata"] == KEY_METADATA
    assert held["spec"]["leaseTransitions"] == 0


def test_a_released_lease_is_nobodys() -> None:
    released = build_released(observe(None, a_lease("me"), 0), KEY, WALL)

    assert released["spec"]["holderIdentity"] == ""
    assert released["metadata"]["resourceVersion"] == "1"


def test_stamps_are_in_utc() -> None:
    east = WALL.astimezone(timezone(timedelta(hours=9)))

    assert format_micro_time(east) == "2026-11-24T10:30:00.123456Z"
    with pytest.raises(ValueError, match="time zone"):
        format_micro_time(WALL.replace(tzinfo=None))


@pytest.mark.parametrize("times", [(10, 10, 2), (15, 10, 10), (15, 10, 0), (10, 15, 2)], ids=str)
def test_times_under_which_two_could_lead_are_refused(times: tuple[int, float, float]) -> None:
    with pytest.raises(ValueError, match="does not hold"):
        Timing(*times)


def test_two_calls_fit_below_the_deadline() -> None:
    assert TIMING.retry + 2 * TIMING.call <= TIMING.renew_deadline


# The model: one Lease, candidates with clocks of their own, calls that take effect late or whose
# answers are lost. `Model.time` is the true time, which nobody but the test knows.


@dataclass
class Store:
    manifest: Manifest | None = None
    version: int = 0

    def write(self, manifest: Manifest) -> Manifest | None:
        """Return what was written, or None for a conflict, as create and replace do."""
        wanted = manifest["metadata"].get("resourceVersion")
        actual = self.manifest and self.manifest["metadata"]["resourceVersion"]
        if wanted != actual:
            return None
        self.version += 1
        metadata = {**manifest["metadata"], "resourceVersion": str(self.version)}
        self.manifest = {**manifest, "metadata": {"uid": f"u{self.version}", **metadata}}
        return self.manifest


@dataclass
class Candidate:
    name: str
    offset: float
    wall: datetime
    seen: Seen | None = None
    lead_until: float = float("-inf")
    calls: int = 0
    """A candidate awaits one call at a time: who makes another has given up on the one before."""
    sent: list[tuple[int, float, Manifest]] = field(default_factory=list)
    answers: list[tuple[int, float, Manifest]] = field(default_factory=list)

    def clock(self, time: float) -> float:
        return time + self.offset

    def tries(self, now: float) -> bool:
        assert self.seen is not None
        leading = now < self.lead_until
        return decide(self.seen, self.name, TIMING, now, leading=leading).move is not Move.WAIT


def read(store: Store, candidate: Candidate, now: float) -> None:
    candidate.calls += 1
    candidate.seen = observe(candidate.seen, store.manifest, now)
    if not candidate.tries(now):
        candidate.lead_until = float("-inf")


def send(store: Store, candidate: Candidate, now: float) -> None:
    if candidate.seen and candidate.tries(now):
        held = build_held(candidate.seen, KEY, candidate.name, TIMING, candidate.wall)
        candidate.calls += 1
        candidate.sent.append((candidate.calls, now, held))


def land(store: Store, candidate: Candidate, now: float) -> None:
    """A call takes effect; it is answered later, or never."""
    if candidate.sent:
        call, sent, held = candidate.sent.pop(0)
        if written := store.write(held):
            candidate.answers.append((call, sent, written))


def answer(store: Store, candidate: Candidate, now: float) -> None:
    if candidate.answers and candidate.answers[-1][0] == candidate.calls:
        _, sent, written = candidate.answers.pop()
        candidate.seen = observe(candidate.seen, written, now)
        candidate.lead_until = sent + TIMING.renew_deadline


def attempt(store: Store, candidate: Candidate, now: float) -> None:
    for act in (read, send, land, answer):
        act(store, candidate, now)


def release(store: Store, candidate: Candidate, now: float) -> None:
    if candidate.seen and candidate.seen.present and candidate.seen.holder == candidate.name:
        candidate.calls += 1
        candidate.lead_until = float("-inf")
        written = store.write(build_released(candidate.seen, KEY, candidate.wall))
        candidate.seen = observe(candidate.seen, written or store.manifest, now)


def jump(store: Store, candidate: Candidate, now: float) -> None:
    candidate.wall += timedelta(hours=1 if candidate.wall <= WALL else -2)


ACTIONS = [attempt, attempt, attempt, read, read, send, land, answer, release, jump]
WAITS = [0, 0, 0, 1, 1, 2, 4, 9, 15]
STEPS = 150


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(2, 3))
def test_never_two_leaders(seed: int, count: int) -> None:
    """A long random run finds an interleaving that a short list of drawn steps rarely holds."""
    random = Random(seed)
    store, time = Store(), 0
    candidates = [
        Candidate(f"c{number}", random.randint(-(10**6), 10**6), WALL + timedelta(hours=number))
        for number in range(count)
    ]
    deleted_at = random.randint(0, 2 * STEPS)
    for step in range(STEPS):
        time += random.choice(WAITS)
        if step == deleted_at:
            delete(store, candidates)
        candidate = random.choice(candidates)

        random.choice(ACTIONS)(store, candidate, candidate.clock(time))

        leaders = [each.name for each in candidates if each.clock(time) < each.lead_until]
        assert len(leaders) <= 1, leaders


def delete(store: Store, candidates: list[Candidate]) -> None:
    """Somebody deletes the Lease by hand, which all have seen, while no call is on its way."""
    if all(each.seen and each.seen.manifest for each in candidates):
        store.manifest = None
        for each in candidates:
            each.sent.clear()
            each.answers.clear()


def test_marks_stand_beside_those_of_others() -> None:
    before = build_held(observe(None, None, 0), KEY, "me", TIMING, WALL)
    before["metadata"] |= {
        "labels": {"their": "label"},
        "annotations": {"theirs": "1"},
        "uid": "u",
        "resourceVersion": "1",
    }
    marks = Marks(labels={"ours": "label"}, annotations={"held": "{}"})

    held = build_held(observe(None, before, 0), KEY, "me", TIMING, WALL, marks=marks)

    assert held["metadata"]["labels"] == {"their": "label", "ours": "label"}
    assert held["metadata"]["annotations"] == {"theirs": "1", "held": "{}"}
    assert "labels" not in build_held(observe(None, None, 0), KEY, "me", TIMING, WALL)["metadata"]
