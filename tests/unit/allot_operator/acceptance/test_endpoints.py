from __future__ import annotations

from typing import Any

import pytest

from allot_api.conditions import AcceptedReason
from allot_api.names import derived_name
from allot_cluster.declared import Deployment, read_deployment, read_endpoint
from allot_operator.acceptance.endpoints import EndpointScene, judge_endpoint, judge_outcome
from tests.unit.allot_operator.builders import (
    CREATED,
    MODEL_ID,
    a_catalogue,
    a_deployment,
    a_deployment_manifest,
    a_model,
    an_endpoint_manifest,
)

OWNED = {"ownerReferences": [{"uid": "uid-e", "controller": True}]}


def a_scene(*deployments: Deployment, **settings: Any) -> EndpointScene:
    endpoint = read_endpoint(an_endpoint_manifest("e", **settings))
    return EndpointScene(endpoint, (endpoint,), deployments, a_catalogue())


def refused(reason: str) -> dict[str, Any]:
    condition = {
        "type": "Accepted",
        "status": "False",
        "reason": reason,
        "message": "the sentence",
        "lastTransitionTime": CREATED,
    }
    return {"observedGeneration": 1, "conditions": [condition]}


def a_refused_deployment(reason: str, **spec: Any) -> Deployment:
    return read_deployment(a_deployment_manifest(**spec) | {"status": refused(reason)})


def test_an_endpoint_with_a_model_that_does_its_task_is_accepted() -> None:
    assert judge_endpoint(a_scene()).is_accepted


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"model_id": "nobody"}, AcceptedReason.MODEL_NOT_FOUND),
        ({"spec": {"task_type": "rerank"}}, AcceptedReason.TASK_MISMATCH),
        ({"num_threads": 3}, AcceptedReason.INVALID_SPEC),
        ({"deployment_id": "nothing"}, AcceptedReason.DEPLOYMENT_NOT_FOUND),
    ],
)
def test_each_problem_has_its_reason(settings: dict[str, Any], reason: AcceptedReason) -> None:
    assert judge_endpoint(a_scene(**settings)).reason is reason


def test_the_oldest_endpoint_has_the_id() -> None:
    old = read_endpoint(an_endpoint_manifest("old", spec={"inference_id": "x"}))
    young_manifest = an_endpoint_manifest("young", spec={"inference_id": "x"})
    young_manifest["metadata"]["creationTimestamp"] = "2026-12-01T00:00:00Z"
    young = read_endpoint(young_manifest)

    scenes = [EndpointScene(one, (old, young), (), a_catalogue()) for one in (old, young)]

    assert judge_endpoint(scenes[0]).is_accepted
    assert judge_endpoint(scenes[1]).reason is AcceptedReason.ID_TAKEN
    assert "InferenceEndpoint old" in judge_endpoint(scenes[1]).message


def test_a_deployment_of_somebody_else_has_the_id() -> None:
    verdict = judge_endpoint(a_scene(a_deployment("e")))

    assert verdict.reason is AcceptedReason.ID_TAKEN
    assert verdict.message == (
        "ModelDeployment e has the deployment_id e and is not this endpoint's: delete it, or "
        "choose another inference_id, which may attach to it by service_settings.deployment_id"
    )


def test_a_deployment_of_somebody_else_has_the_name() -> None:
    other = a_deployment(derived_name("e"), deployment_id="other")

    assert judge_endpoint(a_scene(other)).reason is AcceptedReason.ID_TAKEN


def test_its_own_deployment_is_no_rival() -> None:
    own = a_deployment(derived_name("e"), deployment_id="e", metadata=OWNED)

    scene = a_scene(own)

    assert judge_endpoint(scene).is_accepted
    assert scene.serving == own


def test_attaches_to_a_deployment_by_its_id() -> None:
    shared = a_deployment("d", deployment_id="x")

    scene = a_scene(shared, deployment_id="x")

    assert judge_endpoint(scene).is_accepted
    assert scene.serving == shared


def test_a_missing_deployment_lists_those_that_exist() -> None:
    verdict = judge_endpoint(a_scene(a_deployment("d"), deployment_id="x"))

    assert verdict.message == "no ModelDeployment has the deployment_id x; there are, in a: d"


def an_attached(reason: str, status: str, message: str = "", generation: int = 1) -> EndpointScene:
    """An endpoint that attaches to the missing x, with what its status says of acceptance."""
    recorded = {
        "type": "Accepted",
        "status": status,
        "reason": reason,
        "message": message,
        "observedGeneration": generation,
        "lastTransitionTime": CREATED,
    }
    manifest = an_endpoint_manifest("e", deployment_id="x")
    endpoint = read_endpoint(manifest | {"status": {"conditions": [recorded]}})
    return EndpointScene(endpoint, (endpoint,), (a_deployment("d"),), a_catalogue())


def test_a_shared_deployment_that_was_deleted_is_named_with_what_to_do() -> None:
    verdict = judge_endpoint(an_attached("Accepted", "True"))

    assert verdict.reason is AcceptedReason.DEPLOYMENT_NOT_FOUND
    assert verdict.message == (
        "deployment x, which this endpoint shared, was deleted: make a ModelDeployment with "
        "deployment_id x, or make a new endpoint; there are, in a: d"
    )


def test_that_it_was_deleted_stays_told_until_the_spec_changes() -> None:
    told = judge_endpoint(an_attached("Accepted", "True")).message

    again = judge_endpoint(an_attached("DeploymentNotFound", "False", told))
    changed = judge_endpoint(an_attached("DeploymentNotFound", "False", told, generation=0))
    never = judge_endpoint(an_attached("DeploymentNotFound", "False", "no ModelDeployment"))

    assert again.message == told
    assert "was deleted" not in changed.message + never.message


def test_an_alias_of_the_deployments_model_is_the_same_model() -> None:
    endpoint = read_endpoint(an_endpoint_manifest("e", deployment_id="d", model_id="small"))
    catalogue = a_catalogue(a_model(aliases=["small"]))

    verdict = judge_endpoint(EndpointScene(endpoint, (endpoint,), (a_deployment("d"),), catalogue))

    assert verdict.is_accepted


def test_another_model_than_the_deployments_is_a_mismatch() -> None:
    verdict = judge_endpoint(a_scene(a_deployment("d"), deployment_id="d", model_id="other"))

    assert verdict.reason is AcceptedReason.MODEL_MISMATCH
    assert MODEL_ID in verdict.message


def test_the_task_of_the_shared_model_counts() -> None:
    scene = a_scene(a_deployment("d"), deployment_id="d", spec={"task_type": "rerank"})

    assert judge_endpoint(scene).reason is AcceptedReason.TASK_MISMATCH


def test_settings_are_held_against_the_model_that_an_alias_or_a_deployment_means() -> None:
    elser = a_model("elser", ".elser_model_2", aliases=["small"], task_types=["sparse_embedding"])
    spec = {
        "task_type": "sparse_embedding",
        "chunking_settings": {"strategy": "sentence", "max_chunk_size": 301},
    }
    shared = a_deployment("d", model_id="small")
    endpoints = [
        read_endpoint(an_endpoint_manifest("e", model_id="small", spec=spec)),
        read_endpoint(an_endpoint_manifest("e", deployment_id="d", spec=spec)),
    ]

    for endpoint in endpoints:
        verdict = judge_endpoint(
            EndpointScene(endpoint, (endpoint,), (shared,), a_catalogue(elser))
        )
        assert verdict.reason is AcceptedReason.SETTINGS_MISMATCH
        assert verdict.message.startswith("max_chunk_size is 301, and the model is .elser_model_2")


def test_another_element_type_than_the_shared_deployments_is_a_mismatch() -> None:
    catalogue = a_catalogue(a_model("own", "mine"))
    shared = a_deployment("d", model_id="mine", element_type="byte")

    def judge(**settings: str) -> AcceptedReason:
        endpoint = read_endpoint(an_endpoint_manifest("e", deployment_id="d", **settings))
        return judge_endpoint(EndpointScene(endpoint, (endpoint,), (shared,), catalogue)).reason

    assert judge(element_type="float") is AcceptedReason.SETTINGS_MISMATCH
    assert judge(element_type="byte") is AcceptedReason.ACCEPTED
    assert judge() is AcceptedReason.ACCEPTED


def test_an_older_model_has_the_id() -> None:
    young = {"creationTimestamp": "2026-12-01"}
    catalogue = a_catalogue(a_model(), a_model("other", "x"))
    endpoint = read_endpoint(an_endpoint_manifest("e", spec={"inference_id": "x"}, metadata=young))

    verdict = judge_endpoint(EndpointScene(endpoint, (endpoint,), (), catalogue))

    assert verdict.reason is AcceptedReason.ID_TAKEN
    assert "TrainedModel other" in verdict.message


def test_an_attached_endpoint_has_no_deployments_id_either() -> None:
    scene = a_scene(a_deployment("d"), a_deployment("e"), deployment_id="d")

    assert judge_endpoint(scene).reason is AcceptedReason.ID_TAKEN


def test_a_shared_deployment_that_is_refused_refuses_the_endpoint() -> None:
    verdict = judge_endpoint(a_scene(a_refused_deployment("ModelNotFound"), deployment_id="d"))

    assert verdict.reason is AcceptedReason.DEPLOYMENT_NOT_ACCEPTED
    assert "the sentence" in verdict.message


def test_what_its_own_deployment_is_refused_for_is_told_but_does_not_stop_it() -> None:
    own = a_refused_deployment("IdTaken", name=derived_name("e"), deployment_id="e", metadata=OWNED)
    scene = a_scene(own)

    verdict = judge_endpoint(scene)

    assert verdict.is_accepted
    assert judge_outcome(scene, verdict).reason is AcceptedReason.ID_TAKEN
