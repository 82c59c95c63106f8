from __future__ import annotations

from typing import Any

import pytest

from allot_operator.desired.deployment import build_deployment
from allot_operator.facts.workloads import Workload, read_workload
from allot_operator.planning.target import choose_live_target, plan_scale, with_replicas
from tests.unit.allot_operator.builders import IMAGE, a_model_spec, a_subject, some_settings

WANTED = build_deployment(a_subject("d"), some_settings(), a_model_spec(), IMAGE)


def a_workload(replicas: int, *owners: str) -> Workload:
    entry: dict[str, Any] = {"f:spec": {"f:replicas": {}}}
    fields = [{"manager": owner, "fieldsV1": entry} for owner in owners]
    metadata = WANTED["metadata"] | {"managedFields": fields}
    return read_workload(
        {**WANTED, "metadata": metadata, "spec": WANTED["spec"] | {"replicas": replicas}}
    )


def test_a_new_deployment_is_sent_with_its_target() -> None:
    assert with_replicas(WANTED, None, 3)["spec"]["replicas"] == 3


def test_the_sole_owner_sends_the_live_value() -> None:
    sent = with_replicas(WANTED, a_workload(5, "allot"), 3)

    assert sent["spec"]["replicas"] == 5


@pytest.mark.parametrize("owners", [("allot", "allot-scaler"), ("allot-scaler",), ("kubectl",)])
def test_once_another_owns_it_it_is_left_out(owners: tuple[str, ...]) -> None:
    assert "replicas" not in with_replicas(WANTED, a_workload(5, *owners), 3)["spec"]


@pytest.mark.parametrize(
    ("workload", "is_written"),
    [
        (None, True),
        (a_workload(3, "allot"), True),
        (a_workload(2, "allot-scaler"), True),
        (a_workload(3, "allot-scaler"), False),
        (a_workload(3, "allot", "allot-scaler"), False),
    ],
)
def test_the_scaler_writes_until_the_target_is_its_own(
    workload: Workload | None, is_written: bool
) -> None:
    action = plan_scale(WANTED, workload, 3)

    assert (action is not None) is is_written
    if action is not None:
        assert (action.manager, action.manifest["spec"]) == ("allot-scaler", {"replicas": 3})
        assert action.overwritten == ()


def test_a_strangers_target_is_set_back_to_the_recorded_one() -> None:
    workload = a_workload(9, "allot", "kubectl")

    assert choose_live_target(workload, recorded=2) == 2
    action = plan_scale(WANTED, workload, 2)
    assert action is not None
    assert (action.overwritten, action.strangers) == (("spec.replicas",), ("kubectl",))


def test_the_live_target_is_what_stands_there() -> None:
    assert choose_live_target(None, recorded=2) is None
    assert choose_live_target(a_workload(4, "allot-scaler"), recorded=2) == 4
    assert choose_live_target(a_workload(4, "kubectl"), recorded=None) == 4
