from __future__ import annotations

from datetime import timedelta

from allot_api.terms import ModelState
from allot_cluster.resources import MODEL_DEPLOYMENTS
from allot_operator.facts.reports import NotKnown, Work
from allot_operator.observing.ledger import Ledger, tell_of
from allot_operator.observing.sightings import sight_pods
from allot_operator.scaling.policy import Bound, Policy
from allot_operator.work.keys import Key
from tests.unit.allot_operator.builders import NOW, a_pod, a_report

KEY = Key(MODEL_DEPLOYMENTS, "a", "d")
POLICY = Policy(Bound.ADAPTIVE, 2, 4)


def test_only_running_pods_with_an_address_are_asked() -> None:
    ledger = Ledger()
    pods = [a_pod("a"), a_pod("b", ip=""), a_pod("c", is_running=False)]

    ledger.note(KEY, sight_pods(pods, 2), POLICY, 2)

    assert ledger.addresses() == {"uid-a": (KEY, "10.0.0.1")}


def test_answers_of_pods_that_are_gone_are_dropped() -> None:
    ledger = Ledger()
    ledger.note(KEY, sight_pods([a_pod("a"), a_pod("b")], 2), POLICY, 2)
    ledger.hear("uid-a", a_report(), NOW)
    ledger.hear("uid-b", a_report(), NOW)

    ledger.note(KEY, sight_pods([a_pod("b")], 2), POLICY, 2)

    assert (ledger.reading_of("uid-a"), ledger.reading_of("uid-b")) == (None, a_report())
    ledger.forget(KEY)
    assert ledger.reading_of("uid-b") is None
    assert ledger.deployments() == ()


def test_only_what_status_shows_is_news() -> None:
    ledger = Ledger()

    assert ledger.hear("p", a_report(ModelState.FETCHING, bytes_done=1, bytes_total=1000), NOW)
    assert not ledger.hear("p", a_report(ModelState.FETCHING, bytes_done=2, bytes_total=1000), NOW)
    assert ledger.hear("p", a_report(ModelState.FETCHING, bytes_done=500, bytes_total=1000), NOW)
    assert ledger.hear("p", a_report(), NOW)
    assert not ledger.hear("p", a_report(boot_id="another"), NOW)


def test_silence_is_told_like_never_having_been_asked() -> None:
    assert tell_of(None) == tell_of(NotKnown("timeout"))


def test_a_target_out_of_bounds_is_decided_again() -> None:
    ledger = Ledger()
    ledger.note(KEY, sight_pods([a_pod()], 7), POLICY, 7)

    decision = ledger.decide_again(KEY, NOW)

    assert decision is not None
    assert (decision.target, ledger.target_of(KEY)) == (4, 7)
    assert ledger.decision_of(KEY, POLICY, 7) == decision
    assert ledger.decide_again(Key(MODEL_DEPLOYMENTS, "a", "gone"), NOW) is None


def test_all_may_be_lost() -> None:
    ledger = Ledger()
    ledger.note(KEY, sight_pods([a_pod()], 2), POLICY, 2)
    ledger.hear("uid-p", a_report(), NOW)

    ledger.clear()

    assert (ledger.addresses(), ledger.reading_of("uid-p")) == ({}, None)


def test_a_decision_holds_for_the_target_that_it_is_about_and_for_its_own_once_followed() -> None:
    ledger = Ledger()
    ledger.note(KEY, sight_pods([a_pod()], 7), POLICY, 7)
    decision = ledger.decide_again(KEY, NOW)

    assert ledger.decision_of(KEY, POLICY, 7) == decision
    assert ledger.decision_of(KEY, POLICY, 4) is None
    ledger.note(KEY, sight_pods([a_pod()], 4), POLICY, 4)
    assert ledger.decision_of(KEY, POLICY, 4) == decision
    # Somebody else moves it back: that is not what was decided on.
    assert ledger.decision_of(KEY, POLICY, 7) is None


def test_a_decision_under_another_policy_does_not_hold() -> None:
    ledger = Ledger()
    ledger.note(KEY, sight_pods([a_pod()], 3), POLICY, 3)
    ledger.decide_again(KEY, NOW)

    other = Policy(Bound.ADAPTIVE, 1, 9)

    assert ledger.decision_of(KEY, other, 3) is None
    ledger.note(KEY, sight_pods([a_pod()], 3), other, 3)
    assert ledger.decision_of(KEY, other, 3) is None


def test_a_pass_does_not_feed_the_memory() -> None:
    ledger, pods = Ledger(), sight_pods([a_pod()], 2)
    ledger.note(KEY, pods, POLICY, 2)
    ledger.hear("uid-p", a_report(), NOW)
    ledger.decide_again(KEY, NOW)
    ledger.hear("uid-p", a_report(work=Work(9, 90, 90, 900, 900, 0, 1.0)), NOW)
    for _ in range(5):
        ledger.note(KEY, pods, POLICY, 2)
        ledger.decision_of(KEY, POLICY, 2)

    decision = ledger.decide_again(KEY, NOW + timedelta(seconds=5))

    assert decision is not None
    assert dict(decision.inputs)["arriving_tokens_per_second"] == 180
