from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allot_operator.facts.reports import NotKnown
from allot_operator.scaling.decision import Memory, ScalingReason, decide
from allot_operator.scaling.observation import Observation
from allot_operator.scaling.policy import Bound, Policy
from tests.unit.allot_operator.builders import NOW, a_report

policies = st.builds(
    lambda bound, minimum, room: Policy(bound, minimum, minimum + room),
    st.sampled_from(Bound),
    st.integers(min_value=0, max_value=40),
    st.integers(min_value=0, max_value=40),
)
observations = st.builds(
    Observation,
    st.none() | st.integers(min_value=0, max_value=100),
    st.lists(st.sampled_from([a_report(), NotKnown("away")]), max_size=3).map(tuple),
)


@given(policies, observations)
def test_the_target_stays_within_its_bounds(policy: Policy, observation: Observation) -> None:
    decision = decide(policy, Memory(), observation, NOW)

    assert policy.minimum <= decision.target <= policy.maximum


@given(policies, observations)
def test_the_same_input_gives_the_same_answer(policy: Policy, observation: Observation) -> None:
    assert decide(policy, Memory(), observation, NOW) == decide(policy, Memory(), observation, NOW)


@given(policies, st.integers(min_value=0, max_value=100))
def test_what_is_not_known_changes_nothing(policy: Policy, live: int) -> None:
    silent = decide(policy, Memory(), Observation(live, (NotKnown("away"),)), NOW)
    unasked = decide(policy, Memory(), Observation(live), NOW)

    assert silent == unasked
    if policy.minimum <= live <= policy.maximum:
        assert silent.target == live


@given(policies, observations)
def test_a_decision_that_was_followed_is_not_revised(
    policy: Policy, observation: Observation
) -> None:
    first = decide(policy, Memory(), observation, NOW)

    second = decide(policy, first.memory, Observation(first.target, observation.readings), NOW)

    assert (second.target, second.memory) == (first.target, first.memory)


def test_says_why() -> None:
    adaptive, fixed = Policy(Bound.ADAPTIVE, 2, 4), Policy(Bound.FIXED, 3, 3)

    def explain(policy: Policy, live: int | None) -> tuple[ScalingReason, str]:
        decision = decide(policy, Memory(), Observation(live), NOW)
        return decision.reason, decision.message

    assert explain(fixed, 1) == (ScalingReason.AS_ASKED, "num_allocations is 3")
    assert explain(adaptive, None) == (ScalingReason.FIRST, "the minimum is 2")
    assert explain(adaptive, 1) == (ScalingReason.RAISED_TO_MINIMUM, "the minimum is 2")
    assert explain(adaptive, 9) == (ScalingReason.LOWERED_TO_MAXIMUM, "the maximum is 4")
    assert explain(adaptive, 3) == (ScalingReason.KEPT, "within 2 to 4")
