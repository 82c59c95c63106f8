"""The policy by work, over simulated minutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from allot_operator.scaling.arrivals import Arrivals
from allot_operator.scaling.decision import Memory, decide
from allot_operator.scaling.observation import Held, Observation
from allot_operator.scaling.reasons import ScalingReason
from allot_operator.scaling.work_policy import WorkMemory
from tests.unit.allot_operator.builders import NOW
from tests.unit.allot_operator.scaling.cases import (
    CAPACITY,
    GATEWAY,
    INPUT_TOKENS,
    NOTHING,
    PLANNED,
    STEP,
    Deployment,
    a_pod_at_work,
    a_policy,
    serve,
)


def test_a_load_that_is_met_moves_nothing_and_gives_no_reason_to_write() -> None:
    deployment = Deployment(a_policy(), target=2)

    targets = deployment.run(1.6 * PLANNED, 1200)

    assert set(targets) == {2}
    assert {one.reason for one in deployment.decisions} == {ScalingReason.KEPT}


def test_a_step_is_followed_at_the_next_reading_to_what_it_needs() -> None:
    deployment = Deployment(a_policy(), target=1)
    deployment.run(0.5 * PLANNED, 300)

    first = deployment.live(3.5 * PLANNED)

    # Four do what comes; a fifth works off what comes until they have started.
    assert first.target in {4, 5}
    assert first.reason in {ScalingReason.MORE_WORK, ScalingReason.BACKLOG}
    assert max(deployment.run(3.5 * PLANNED, 300)) <= 6


def test_goes_down_only_after_a_whole_cooldown_and_then_step_by_step() -> None:
    deployment = Deployment(a_policy(), target=4)
    deployment.run(3.5 * PLANNED, 600)

    targets = deployment.run(0.5 * PLANNED, 300)

    assert set(targets[:24]) == {4}
    assert targets[-1] == 1
    assert targets == sorted(targets, reverse=True)


def test_does_not_keep_a_third_where_two_meet_the_utilization() -> None:
    deployment = Deployment(a_policy(), target=3)

    targets = deployment.run(1.9 * PLANNED, 900)

    assert targets[-1] == 2


def test_a_load_at_the_boundary_settles() -> None:
    deployment = Deployment(a_policy(), target=2)

    targets = deployment.run(2.0 * PLANNED, 7200)

    assert len(set(targets)) == 1


def test_small_passes_without_a_queue_are_not_taken_for_a_busy_allocation() -> None:
    policy, work, memory, now = a_policy(), NOTHING, Memory(), NOW
    targets = set()

    for _ in range(240):
        # 300 queries of 8 tokens a second, two in each pass: it computes nine tenths of the time.
        work = replace(
            work,
            forward_passes=work.forward_passes + 750,
            inputs_arrived=work.inputs_arrived + 1500,
            inputs_done=work.inputs_done + 1500,
            tokens_arrived=work.tokens_arrived + 12_000,
            tokens_done=work.tokens_done + 12_000,
            busy_seconds=work.busy_seconds + 4.5,
        )
        now += STEP
        decision = decide(policy, memory, Observation(1, (a_pod_at_work("a", work),)), now)
        memory = decision.memory
        targets.add(decision.target)

    assert targets == {1}
    assert dict(decision.inputs)["utilization"] < 0.8


def test_clients_that_ask_as_soon_as_they_are_answered_get_another_allocation() -> None:
    """They come in bursts, as the answers do; what speaks for more is that a pass always waits."""
    bursty = WorkMemory(arrivals=Arrivals(dispersion=200.0, learnt=100))
    policy, memory, now = a_policy(), Memory(work=bursty), NOW
    work, targets = replace(NOTHING, tokens_waiting=384), []

    for _ in range(14):
        work = replace(
            work,
            forward_passes=work.forward_passes + 33,
            inputs_arrived=work.inputs_arrived + 363,
            inputs_done=work.inputs_done + 363,
            tokens_arrived=work.tokens_arrived + 363 * INPUT_TOKENS,
            tokens_done=work.tokens_done + 363 * INPUT_TOKENS,
            busy_seconds=work.busy_seconds + 4.9,
        )
        now += STEP
        decision = decide(policy, memory, Observation(1, (a_pod_at_work("a", work),)), now)
        memory = decision.memory
        targets.append(decision.target)

    assert targets[:12] == [1] * 12
    assert targets[12:] == [2, 2]


def test_a_backlog_that_pods_on_their_way_will_do_asks_for_no_more() -> None:
    deployment = Deployment(a_policy(), target=1)
    deployment.run(0.5 * PLANNED, 300)
    deployment.live(3.0 * PLANNED)
    risen = deployment.target

    waiting = [deployment.live(3.0 * PLANNED) for _ in range(4)]

    assert max(dict(one.inputs)["waiting_tokens"] for one in waiting) > 5 * CAPACITY
    assert {one.target for one in waiting} == {risen}


def test_pods_without_a_place_neither_flap_nor_escalate() -> None:
    deployment = Deployment(a_policy(), target=6, room=6)
    deployment.run(4.5 * PLANNED, 120)

    targets = deployment.run(7.5 * PLANNED, 1200)
    last = deployment.decisions[-1]

    assert (set(targets), deployment.stuck) == ({8}, 2)
    assert "6 serve, 2 have no place" in last.message
    assert dict(last.inputs)["stuck_allocations"] == 2


def test_room_that_appears_is_taken() -> None:
    deployment = Deployment(a_policy(), target=6, room=6)
    deployment.run(4.5 * PLANNED, 120)
    deployment.run(7.5 * PLANNED, 60)

    deployment.room = 8
    deployment.move(deployment.target)

    assert len(deployment.pods) + len(deployment.starting) == 8


def test_at_the_maximum_the_reason_does_not_flap() -> None:
    deployment = Deployment(a_policy(maximum=2), target=2)
    deployment.run(1.5 * PLANNED, 120)
    deployment.run(3.0 * PLANNED, 60)

    for _ in range(5):
        deployment.run(1.0 * PLANNED, 60)
        deployment.run(3.0 * PLANNED, 60)
    reasons = {one.reason for one in deployment.decisions[-120:]}
    deployment.run(0.5 * CAPACITY, 1200)

    assert reasons == {ScalingReason.AT_MAXIMUM}
    assert ScalingReason.AT_MAXIMUM not in {one.reason for one in deployment.decisions[-100:]}


def test_work_that_takes_twice_as_long_is_noticed_at_once() -> None:
    policy, memory, now = a_policy(), Memory(), NOW
    pods, slow = [NOTHING, NOTHING], [0.0, 0.0]
    reached = []

    for number in range(150):
        pods = [serve(pod, 0.9 * PLANNED * 5) for pod in pods]
        if number >= 120:
            slow = [seconds + 0.75 * 5 for seconds in slow]
        told = tuple(
            a_pod_at_work(f"p{index}", replace(pod, busy_seconds=pod.busy_seconds + extra))
            for index, (pod, extra) in enumerate(zip(pods, slow, strict=True))
        )
        now += STEP
        decision = decide(policy, memory, Observation(2, told), now)
        memory = decision.memory
        reached.append(decision.target)

    assert set(reached[:120]) == {2}
    assert set(reached[121:]) == {4}


def test_a_request_at_zero_starts_as_many_as_it_is_known_to_need() -> None:
    known = Deployment(a_policy(minimum=0), target=1)
    known.run(0.5 * PLANNED, 300)
    held = Held(int(30 * CAPACITY / INPUT_TOKENS), is_gateway_there=True)

    sized = decide(known.policy, known.memory, Observation(0, held=held), known.now + STEP)
    blind = decide(known.policy, Memory(), Observation(0, held=held), NOW)

    assert (sized.target, sized.reason) == (3, ScalingReason.REQUESTS_HELD)
    assert blind.target == 1


def test_goes_to_zero_only_after_the_time_and_only_with_a_gateway() -> None:
    policy = a_policy(minimum=0, scale_to_zero_after=timedelta(seconds=60))
    with_one = Deployment(policy, target=1)
    without = Deployment(policy, target=1, held=Held())
    for deployment in (with_one, without):
        deployment.run(0.5 * PLANNED, 60)

    down, kept = with_one.run(0, 75), without.run(0, 300)

    assert set(down[:11]) == {1}
    assert (down[-1], with_one.decisions[-1].reason) == (0, ScalingReason.KEPT)
    assert ScalingReason.IDLE in {one.reason for one in with_one.decisions}
    assert set(kept) == {1}


@pytest.mark.parametrize("held", [GATEWAY, Held()])
def test_a_target_of_zero_outlives_a_restart(held: Held) -> None:
    memory, now = Memory(), NOW
    for _ in range(10):
        decision = decide(a_policy(minimum=0), memory, Observation(0, held=held), now)
        memory, now = decision.memory, now + STEP
        assert (decision.target, decision.reason) == (0, ScalingReason.KEPT)


def test_without_a_gateway_a_target_of_zero_is_given_up() -> None:
    memory, now = Memory(), NOW
    for _ in range(14):
        decision = decide(a_policy(minimum=0), memory, Observation(0), now)
        memory, now = decision.memory, now + STEP

    assert (decision.target, decision.reason) == (1, ScalingReason.NO_GATEWAY)


def test_says_what_it_rests_on() -> None:
    deployment = Deployment(a_policy(), target=2)
    deployment.run(1.5 * PLANNED, 300)

    said = deployment.live(1.5 * PLANNED)
    numbers = dict(said.inputs)

    assert said.message == (
        "2,918 tokens/s arrive; one allocation does 1,949 at 80 %: 2 are needed, 2 serve"
    )
    assert numbers["capacity_tokens_per_second"] == pytest.approx(CAPACITY, rel=0.03)
    assert numbers["utilization"] == pytest.approx(0.6, rel=0.03)
    assert set(numbers) == {
        "arriving_tokens_per_second", "waiting_tokens", "capacity_tokens_per_second",
        "utilization", "wanted_allocations", "serving_allocations", "pending_allocations",
        "stuck_allocations", "seconds_per_pass", "seconds_per_token", "start_seconds",
        "rises_above_tokens_per_second", "falls_below_tokens_per_second",
    }  # fmt: skip
