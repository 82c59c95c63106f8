from __future__ import annotations

import pytest

from allot_api.terms import UpgradePolicy
from allot_operator.facts.workloads import Workload
from allot_operator.planning.upgrades import Upgrade, decide_upgrade
from tests.unit.allot_operator.builders import a_subject
from tests.unit.allot_operator.judging.cases import a_workload

AUTOMATIC, DEFERRED = UpgradePolicy.AUTOMATIC, UpgradePolicy.DEFERRED


def a_rollout(name: str, *, is_rolling: bool = True) -> Workload:
    return a_workload(subject=a_subject(name), is_rolling=is_rolling)


def test_begins_where_nothing_else_rolls() -> None:
    own = a_rollout("own")

    assert decide_upgrade(AUTOMATIC, own, ()) is Upgrade.NOW
    assert decide_upgrade(AUTOMATIC, own, (a_rollout("b", is_rolling=False),)) is Upgrade.NOW


def test_its_own_rollout_is_no_reason_to_wait() -> None:
    own = a_rollout("own")

    assert decide_upgrade(AUTOMATIC, own, (own,)) is Upgrade.NOW


def test_waits_for_the_rollout_of_another() -> None:
    assert decide_upgrade(AUTOMATIC, a_rollout("own"), (a_rollout("b"),)) is Upgrade.QUEUED


@pytest.mark.parametrize("others", [(), (a_rollout("b"),)])
def test_is_left_out_where_the_user_says_so(others: tuple[Workload, ...]) -> None:
    assert decide_upgrade(DEFERRED, a_rollout("own"), others) is Upgrade.DEFERRED


def test_only_what_waits_leaves_the_pods() -> None:
    assert [one for one in Upgrade if one.is_waiting] == [Upgrade.QUEUED, Upgrade.DEFERRED]
