from __future__ import annotations

from dataclasses import replace

from allot_api.conditions import AcceptedReason
from allot_cluster.declared import Deployment
from allot_cluster.resources import DEPLOYMENTS, SERVICES
from allot_operator.acceptance.catalogue import Found
from allot_operator.acceptance.deployments import DeploymentScene, judge_deployment
from allot_operator.acceptance.verdict import Verdict
from tests.unit.allot_operator.builders import (
    MODEL_ID,
    a_catalogue,
    a_deployment,
    a_model,
    a_subject,
)

OLD, YOUNG = "2026-01-01", "2026-12-01"


def a_scene(deployment: Deployment, *others: Deployment) -> DeploymentScene:
    return DeploymentScene(deployment, (deployment, *others), a_catalogue())


def reason_of(scene: DeploymentScene) -> AcceptedReason:
    verdict = judge_deployment(scene)
    assert isinstance(verdict, Verdict)
    return verdict.reason


def test_gives_the_model_to_deploy() -> None:
    assert isinstance(judge_deployment(a_scene(a_deployment())), Found)


def test_a_missing_model_is_told() -> None:
    scene = a_scene(a_deployment(model_id="nobody"))

    assert reason_of(scene) is AcceptedReason.MODEL_NOT_FOUND


def test_bytes_that_the_model_does_not_make_are_told() -> None:
    models = a_catalogue(a_model(aliases=["small"]), a_model("own", "mine"))
    known, own = (a_deployment(model_id=one, element_type="byte") for one in ("small", "mine"))

    assert reason_of(DeploymentScene(known, (known,), models)) is AcceptedReason.SETTINGS_MISMATCH
    assert isinstance(judge_deployment(DeploymentScene(own, (own,), models)), Found)


def test_an_older_deployment_has_the_id() -> None:
    old = a_deployment("old", deployment_id="x", metadata={"creationTimestamp": "2020"})
    young = a_deployment("young", deployment_id="x")

    assert reason_of(a_scene(young, old)) is AcceptedReason.ID_TAKEN
    assert isinstance(judge_deployment(a_scene(old, young)), Found)


def test_a_name_that_somebody_else_has_is_told() -> None:
    squatters = tuple(a_subject("allot-d", resource=kind) for kind in (DEPLOYMENTS, SERVICES))

    verdict = judge_deployment(replace(a_scene(a_deployment()), squatters=squatters))

    assert isinstance(verdict, Verdict)
    assert verdict.reason is AcceptedReason.ID_TAKEN
    assert verdict.message == (
        "what is named allot-d (Deployment, Service) is not this ModelDeployment's, but "
        "deployment_id d needs that name: delete it, or choose another deployment_id"
    )


def test_a_spec_that_was_stored_under_other_rules_is_told() -> None:
    assert reason_of(a_scene(a_deployment(num_threads=3))) is AcceptedReason.INVALID_SPEC


def test_an_older_model_has_the_id_unless_it_is_the_deployments_own() -> None:
    other = a_model("other", "x", metadata={"creationTimestamp": OLD})
    catalogue = a_catalogue(a_model(), other)
    young = {"creationTimestamp": YOUNG}

    def judge(**fields: str) -> Found | Verdict:
        deployment = a_deployment("d", metadata=young, **fields)
        return judge_deployment(DeploymentScene(deployment, (deployment,), catalogue))

    taken = judge(deployment_id="x")

    assert isinstance(taken, Verdict)
    assert taken.reason is AcceptedReason.ID_TAKEN
    assert "TrainedModel other" in taken.message
    assert isinstance(judge(deployment_id=MODEL_ID), Found)
    assert isinstance(judge(deployment_id="y"), Found)


def test_an_endpoints_own_deployment_was_judged_with_it() -> None:
    other = a_model("other", "x", metadata={"creationTimestamp": OLD})
    owned = {"ownerReferences": [{"uid": "uid-e", "controller": True}], "creationTimestamp": YOUNG}
    deployment = a_deployment("d", deployment_id="x", metadata=owned)

    scene = DeploymentScene(deployment, (deployment,), a_catalogue(a_model(), other))

    assert isinstance(judge_deployment(scene), Found)
