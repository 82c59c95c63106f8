from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from allot_api.conditions import REASONS
from allot_operator.facts.pods import Pod, Trouble
from allot_operator.judging.deployment_status import build_deployment_status, judge_deployment_facts
from allot_operator.planning.upgrades import Upgrade
from tests.unit.allot_operator.builders import NOW, a_deployment, a_pod
from tests.unit.allot_operator.judging.cases import a_workload, refused, some_facts


def test_the_whole_status_of_a_deployment_that_serves() -> None:
    status = build_deployment_status(some_facts(), NOW)

    assert [condition.type for condition in status.conditions] == [
        "Accepted", "ModelAvailable", "Servable", "UpToDate", "Ready", "Stalled", "Reconciling",
        "ThreadsExceedQuota", "ScalingLimited",
    ]  # fmt: skip
    assert {condition.observed_generation for condition in status.conditions} == {1}
    assert status.deployment_stats is not None
    counts = status.deployment_stats.allocation_status
    assert (counts.allocation_count, counts.target_allocation_count) == (1, 1)
    assert counts.state == "fully_allocated"
    assert (status.replicas, status.observed_generation) == (1, 1)
    assert status.url is not None


def test_the_states_are_elasticsearchs() -> None:
    def state(ready: int) -> str:
        pods = tuple(a_pod(f"p{index}", is_ready=index < ready) for index in range(2))
        deployment = a_deployment(num_allocations=2)
        status = build_deployment_status(
            some_facts(deployment=deployment, target=2, pods=pods), NOW
        )
        assert status.deployment_stats is not None
        return str(status.deployment_stats.allocation_status.state)

    assert [state(0), state(1), state(2)] == ["starting", "started", "fully_allocated"]


def test_what_was_never_made_has_no_statistics() -> None:
    status = build_deployment_status(refused(workload=None, pods=(), readings={}), NOW)

    assert (status.deployment_stats, status.url, status.replicas) == (None, None, None)


def test_a_second_look_at_the_same_facts_changes_nothing() -> None:
    facts = some_facts()
    first = build_deployment_status(facts, NOW)
    again = replace(facts, deployment=replace(facts.deployment, status=first))

    assert build_deployment_status(again, NOW.replace(hour=13)) == first


@given(
    st.lists(
        st.builds(
            a_pod,
            st.sampled_from(["p", "q", "r"]),
            settings=st.sampled_from(["settings", "older"]),
            model=st.sampled_from(["model", "older"]),
            template=st.sampled_from(["template", "older"]),
            is_ready=st.booleans(),
            trouble=st.sampled_from([None, *Trouble]),
        ),
        max_size=3,
        unique_by=lambda pod: pod.name,
    ),
    st.sampled_from(["", "Service d: no"]),
    st.sampled_from(list(Upgrade)),
    st.booleans(),
)
def test_a_reason_goes_with_the_status_that_the_page_of_conditions_names(
    pods: list[Pod], refusal: str, upgrade: Upgrade, is_late: bool
) -> None:
    findings = judge_deployment_facts(
        some_facts(
            pods=tuple(pods),
            refusal=refusal,
            upgrade=upgrade,
            workload=a_workload(has_passed_deadline=is_late),
        )
    )

    # Ready is False where it carries the reason of another condition.
    told = [one for one in findings if one.reason in REASONS[one.type]]
    assert len(told) >= len(findings) - 1
    assert [one for one in told if one.status is not one.reason.status] == []
