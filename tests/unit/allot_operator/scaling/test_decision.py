from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allot_api.terms import ScalingPolicy
from allot_operator.scaling.decision import Memory, ScalingReason, decide
from allot_operator.scaling.observation import Observation
from allot_operator.scaling.policy import Bound, Policy
from tests.unit.allot_operator.builders import NOW

fixed = st.builds(
    lambda bound, number: Policy(bound, number, number),
    st.sampled_from([Bound.FIXED, Bound.EXTERNAL]),
    st.integers(min_value=0, max_value=40),
)
adaptive = st.builds(
    lambda minimum, room, name: Policy(Bound.ADAPTIVE, minimum, max(1, minimum + room), name),
    st.integers(min_value=0, max_value=40),
    st.integers(min_value=0, max_value=40),
    st.sampled_from([ScalingPolicy.WORK, ScalingPolicy.ELASTICSEARCH]),
)
targets = st.none() | st.integers(min_value=0, max_value=100)


@given(fixed, targets)
def test_what_was_asked_for_is_the_target(policy: Policy, live: int | None) -> None:
    decision = decide(policy, Memory(), Observation(live), NOW)

    assert (decision.target, decision.reason) == (policy.minimum, ScalingReason.AS_ASKED)


@given(adaptive, targets)
def test_the_target_stays_within_its_bounds(policy: Policy, live: int | None) -> None:
    decision = decide(policy, Memory(), Observation(live), NOW)

    assert policy.minimum <= decision.target <= policy.maximum


def test_says_why() -> None:
    adaptive, fixed = Policy(Bound.ADAPTIVE, 2, 4), Policy(Bound.FIXED, 3, 3)

    def explain(policy: Policy, live: int | None) -> tuple[ScalingReason, str]:
        decision = decide(policy, Memory(), Observation(live), NOW)
        return decision.reason, decision.message

    assert explain(fixed, 1) == (ScalingReason.AS_ASKED, "num_allocations is 3")
    assert explain(adaptive, None) == (ScalingReason.FIRST, "the minimum is 2")
    assert explain(adaptive, 1) == (ScalingReason.RAISED_TO_MINIMUM, "the minimum is 2")
    assert explain(adaptive, 9) == (ScalingReason.LOWERED_TO_MAXIMUM, "the maximum is 4")
