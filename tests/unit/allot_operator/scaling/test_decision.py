"""What holds of every decision, whatever was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allot_api.terms import ScalingPolicy
from allot_operator.facts.reports import Work
from allot_operator.scaling.decision import Decision, Memory, ScalingReason, decide
from allot_operator.scaling.observation import Held, Observation, PodSilence, PodWork
from allot_operator.scaling.policy import Bound, Policy
from tests.unit.allot_operator.builders import NOW
from tests.unit.allot_operator.scaling.cases import (
    INPUT_TOKENS,
    NOTHING,
    PLANNED,
    STEP,
    Deployment,
    a_policy,
    as_elasticsearch,
    serve,
)

FEW = settings(max_examples=40, deadline=None)

fixed = st.builds(
    lambda bound, number: Policy(bound, number, number),
    st.sampled_from([Bound.FIXED, Bound.EXTERNAL]),
    st.integers(min_value=0, max_value=40),
)
names = st.sampled_from([ScalingPolicy.WORK, ScalingPolicy.ELASTICSEARCH])
adaptive = st.builds(
    lambda minimum, room, name: Policy(Bound.ADAPTIVE, minimum, max(1, minimum + room), name),
    st.integers(min_value=0, max_value=12),
    st.integers(min_value=0, max_value=12),
    names,
)
targets = st.none() | st.integers(min_value=0, max_value=30)
counts = st.integers(min_value=0, max_value=10**6)
works = st.builds(
    Work,
    forward_passes=counts,
    inputs_arrived=counts,
    inputs_done=counts,
    tokens_arrived=counts,
    tokens_done=counts,
    tokens_waiting=counts,
    busy_seconds=st.floats(min_value=0, max_value=1e5),
    inputs_pending=counts,
    inputs_failed=counts,
    inputs_rejected=counts,
)
uids = st.sampled_from("abcd")
pods = st.builds(
    PodWork,
    uid=uids,
    boot_id=st.sampled_from("12"),
    is_serving=st.booleans(),
    work=works,
    pass_tokens=st.integers(min_value=1, max_value=2048),
    start_seconds=st.none() | st.floats(min_value=0, max_value=1e4),
) | st.builds(PodSilence, uid=uids, is_serving=st.booleans())
# What no runtime would say is among it: counters that fall, work without passes, and the like.
observations = st.builds(
    Observation,
    live_target=targets,
    pods=st.lists(pods, max_size=4, unique_by=lambda pod: pod.uid).map(tuple),
    starting=st.integers(min_value=0, max_value=5),
    stuck=st.integers(min_value=0, max_value=5),
    held=st.builds(Held, st.integers(min_value=0, max_value=10**4), st.booleans()),
)
steps = st.floats(min_value=-4000, max_value=4000) | st.just(5.0)
histories = st.lists(st.tuples(observations, steps), max_size=6)
rates = st.lists(st.floats(min_value=0, max_value=8), min_size=1, max_size=30)


def live_through(policy: Policy, history: list[tuple[Observation, float]]) -> Memory:
    memory, now = Memory(), NOW
    for observation, seconds in history:
        memory = decide(policy, memory, observation, now).memory
        now += timedelta(seconds=seconds)
    return memory


def after(policy: Policy, shares: list[float], target: int = 3) -> Deployment:
    """Return a deployment after rounds at shares of what one allocation is planned with."""
    deployment = Deployment(policy, target=target)
    for share in shares:
        deployment.live(share * PLANNED)
    return deployment


@given(fixed, observations)
def test_what_was_asked_for_is_the_target(policy: Policy, observation: Observation) -> None:
    decision = decide(policy, Memory(), observation, NOW)

    assert (decision.target, decision.reason) == (policy.minimum, ScalingReason.AS_ASKED)


@FEW
@given(adaptive, histories, observations, steps)
def test_the_target_stays_within_its_bounds(
    policy: Policy,
    history: list[tuple[Observation, float]],
    observation: Observation,
    step: float,
) -> None:
    memory = live_through(policy, history)

    decision = decide(policy, memory, observation, NOW + timedelta(seconds=step))

    assert policy.minimum <= decision.target <= policy.maximum


@FEW
@given(adaptive, histories, observations)
def test_the_same_input_gives_the_same_answer(
    policy: Policy, history: list[tuple[Observation, float]], observation: Observation
) -> None:
    memory = live_through(policy, history)

    assert decide(policy, memory, observation, NOW) == decide(policy, memory, observation, NOW)


@FEW
@given(adaptive, observations)
def test_a_restart_lowers_nothing(policy: Policy, observation: Observation) -> None:
    decision = decide(policy, Memory(), observation, NOW)

    if observation.live_target is not None:
        assert decision.target >= min(observation.live_target, policy.maximum)


@FEW
@given(
    rates,
    st.integers(min_value=0, max_value=20_000),
    st.integers(min_value=0, max_value=500),
    st.integers(min_value=0, max_value=500),
)
def test_more_load_never_lowers_the_target(
    shares: list[float], tokens: int, rejected: int, held: int
) -> None:
    deployment = after(a_policy(), shares)
    usual = deployment.observe()
    inputs = tokens // INPUT_TOKENS
    more = []
    for pod in usual.answers:
        work = pod.work
        loaded = replace(
            work,
            inputs_arrived=work.inputs_arrived + inputs,
            tokens_arrived=work.tokens_arrived + tokens,
            tokens_waiting=work.tokens_waiting + tokens,
            inputs_pending=work.inputs_pending + inputs,
            inputs_rejected=work.inputs_rejected + rejected,
            inputs_failed=work.inputs_failed + rejected,
        )
        more.append(replace(pod, work=loaded))
    heavier = replace(usual, pods=tuple(more), held=Held(held, is_gateway_there=True))

    now = deployment.now + STEP
    few = decide(deployment.policy, deployment.memory, usual, now)
    many = decide(deployment.policy, deployment.memory, heavier, now)

    assert many.target >= few.target


@FEW
@given(names, rates, st.data())
def test_what_is_not_known_changes_nothing(
    name: ScalingPolicy, shares: list[float], data: st.DataObject
) -> None:
    deployment = after(replace(a_policy(), name=name), shares)
    everyone = list(deployment.pods)
    silent = data.draw(st.lists(st.sampled_from(everyone), min_size=1, unique=True))
    live, now = deployment.target, deployment.now + STEP

    decision = decide(deployment.policy, deployment.memory, deployment.observe(silent), now)
    unheard = decide(deployment.policy, deployment.memory, deployment.observe(everyone), now)

    assert decision.target >= live
    assert unheard.target == live


def test_a_silence_of_an_hour_ages_nothing() -> None:
    deployment = Deployment(a_policy(), target=3)
    deployment.run(2.5 * PLANNED, 300)
    live = deployment.target

    silent = [deployment.live(0, list(deployment.pods)).target for _ in range(720)]
    heard = deployment.run(0, 60)

    assert set(silent) == set(heard) == {live}


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
def test_clock_jumps_age_nothing(jump: timedelta) -> None:
    steady, jumping = Deployment(a_policy(), target=3), Deployment(a_policy(), target=3)
    for deployment in (steady, jumping):
        deployment.run(2.5 * PLANNED, 300)

    for _ in range(9):
        steady.run(0.5 * PLANNED, 10)
        jumping.run(0.5 * PLANNED, 10)
        jumping.now += jump

    assert jumping.target == steady.target == 3
    assert jumping.run(2.5 * PLANNED, 120)[-1] == 3


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
@pytest.mark.parametrize("policy", [a_policy(), as_elasticsearch(a_policy())])
def test_at_a_clock_jump_nothing_moves(policy: Policy, jump: timedelta) -> None:
    deployment = Deployment(policy, target=3)
    deployment.run(2.5 * PLANNED, 300)
    live = deployment.target
    deployment.now += jump

    assert deployment.live(0).target == live
    assert deployment.live(0).target == live


def test_clock_jumps_do_not_hide_a_rise_for_longer_than_a_round() -> None:
    deployment = Deployment(a_policy(), target=1)
    deployment.run(0.5 * PLANNED, 300)
    deployment.now += timedelta(hours=1)

    targets = deployment.run(3.5 * PLANNED, 10)

    assert targets[-1] >= 4


@pytest.mark.parametrize("policy", [a_policy(), as_elasticsearch(a_policy())])
def test_pods_that_are_replaced_lower_nothing(policy: Policy) -> None:
    deployment = Deployment(policy, target=3)
    deployment.run(2.5 * PLANNED, 300)
    live = deployment.target
    seen = set()

    for number in range(12):
        deployment.pods.pop(next(iter(deployment.pods)))
        deployment.pods[f"new-{number}"] = NOTHING
        seen |= set(deployment.run(2.5 * PLANNED, 15))

    assert min(seen) >= live


@pytest.mark.parametrize(
    "spoil",
    [
        lambda pod: replace(pod, boot_id="another", work=NOTHING),
        lambda pod: replace(pod, work=NOTHING),
        lambda pod: replace(pod, work=replace(pod.work, tokens_arrived=1)),
        lambda pod: replace(pod, uid="another"),
        lambda pod: PodSilence(pod.uid, is_serving=True),
    ],
)
def test_a_pod_that_restarts_lies_or_is_new_moves_nothing(spoil: object) -> None:
    deployment = Deployment(a_policy(), target=3)
    deployment.run(2.5 * PLANNED, 300)
    for uid, work in deployment.pods.items():
        deployment.pods[uid] = serve(work, 2.5 * PLANNED * 5 / 3)
    usual = deployment.observe()
    spoilt = replace(usual, pods=(spoil(usual.pods[0]), *usual.pods[1:]))  # type: ignore[operator]

    decision = decide(deployment.policy, deployment.memory, spoilt, deployment.now + STEP)

    assert decision.target == 3
    assert dict(decision.inputs)["arriving_tokens_per_second"] <= 2.6 * PLANNED


def test_a_pod_that_answers_late_tells_of_all_that_time() -> None:
    deployment = Deployment(a_policy(), target=2)
    deployment.run(1.6 * PLANNED, 300)
    late = next(iter(deployment.pods))

    targets = [deployment.live(1.6 * PLANNED, [late] if n % 3 else []).target for n in range(60)]

    assert set(targets) == {2}


@pytest.mark.parametrize("policy", [a_policy(), as_elasticsearch(a_policy())])
def test_a_rise_is_not_revised_at_once(policy: Policy) -> None:
    deployment = Deployment(policy, target=1)
    deployment.run(0.5 * PLANNED, 120)
    deployment.run(4.0 * PLANNED, 20)
    risen = deployment.target

    assert risen > 1
    assert min(deployment.run(0.1 * PLANNED, 100)) == risen


def test_says_why() -> None:
    adaptive, fixed = Policy(Bound.ADAPTIVE, 2, 4), Policy(Bound.FIXED, 3, 3)

    def explain(policy: Policy, live: int | None) -> tuple[ScalingReason, str]:
        decision: Decision = decide(policy, Memory(), Observation(live), NOW)
        return decision.reason, decision.message

    assert explain(fixed, 1) == (ScalingReason.AS_ASKED, "num_allocations is 3")
    assert explain(adaptive, None) == (ScalingReason.FIRST, "the minimum is 2")
    assert explain(adaptive, 1) == (ScalingReason.RAISED_TO_MINIMUM, "the minimum is 2")
    assert explain(adaptive, 9) == (ScalingReason.LOWERED_TO_MAXIMUM, "the maximum is 4")
    assert explain(Policy(Bound.ADAPTIVE, 0, 4), None) == (
        ScalingReason.FIRST,
        "a new deployment starts with 1",
    )


def test_a_preconfigured_endpoint_starts_with_none_where_a_gateway_is_there() -> None:
    reserved = replace(a_policy(0), starts_at_zero=True)

    def first(policy: Policy, *, is_gateway_there: bool) -> int:
        held = Held(is_gateway_there=is_gateway_there)
        return decide(policy, Memory(), Observation(None, held=held), NOW).target

    assert first(reserved, is_gateway_there=True) == 0
    assert first(reserved, is_gateway_there=False) == 1
    assert first(replace(reserved, minimum=2), is_gateway_there=True) == 2
    assert first(a_policy(0), is_gateway_there=True) == 1


def test_every_reason_says_when_it_appears() -> None:
    assert all(reason.sentence.endswith(".") for reason in ScalingReason)
    assert len({reason.sentence for reason in ScalingReason}) == len(ScalingReason)
