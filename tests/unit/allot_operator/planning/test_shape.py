from __future__ import annotations

import copy

from allot_cluster.resources import SERVICES
from allot_operator.desired.service import build_service
from allot_operator.planning.shape import plan_object
from tests.unit.allot_operator.builders import a_subject

WANTED = build_service(a_subject("d"), "d")


def test_makes_what_is_not_there() -> None:
    action = plan_object(SERVICES, None, WANTED)

    assert action is not None
    assert action.is_new


def test_leaves_what_is_as_wanted() -> None:
    live = copy.deepcopy(WANTED)
    live["spec"]["clusterIP"] = "10.0.0.1"

    assert plan_object(SERVICES, live, WANTED) is None


def test_a_change_of_ours_overwrites_nobody() -> None:
    action = plan_object(SERVICES, build_service(a_subject("d"), "other"), WANTED)

    assert action is not None
    assert (action.is_new, action.overwritten) == (False, ())


def test_a_change_of_others_is_set_back_and_told() -> None:
    live = copy.deepcopy(WANTED)
    live["spec"]["type"] = "NodePort"
    live["metadata"]["managedFields"] = [{"manager": "kubectl-edit"}, {"manager": "allot"}]

    action = plan_object(SERVICES, live, WANTED)

    assert action is not None
    assert action.overwritten == ("spec.type",)
    assert action.strangers == ("kubectl-edit",)
