from __future__ import annotations

from typing import Any

from allot_api.conditions import AcceptedReason
from allot_api.names import derived_name
from allot_cluster.declared import Deployment, read_deployment, read_endpoint
from allot_operator.acceptance.endpoints import EndpointScene
from allot_operator.acceptance.verdict import Verdict
from allot_operator.desired.model_deployment import build_model_deployment
from allot_operator.planning.actions import Apply, Remove
from allot_operator.planning.endpoint_plan import plan_endpoint
from tests.unit.allot_operator.builders import a_catalogue, a_deployment, an_endpoint_manifest

ACCEPTED = Verdict(AcceptedReason.ACCEPTED)
OWNED = {"ownerReferences": [{"uid": "uid-e", "controller": True}]}


def a_scene(*deployments: Deployment, **settings: Any) -> EndpointScene:
    endpoint = read_endpoint(an_endpoint_manifest("e", **settings))
    return EndpointScene(endpoint, (endpoint,), deployments, a_catalogue())


def as_made(scene: EndpointScene) -> Deployment:
    manifest = build_model_deployment(scene.endpoint.subject, scene.settings)
    manifest["metadata"] |= {"uid": "uid-made", "generation": 1}
    return read_deployment(manifest)


def test_makes_the_deployment_of_an_accepted_endpoint() -> None:
    (action,) = plan_endpoint(a_scene(), ACCEPTED)

    assert isinstance(action, Apply)
    assert (action.is_new, action.name) == (True, derived_name("e"))


def test_what_was_made_leaves_nothing_to_plan() -> None:
    scene = a_scene(as_made(a_scene()))

    assert plan_endpoint(scene, ACCEPTED) == ()


def test_a_changed_endpoint_changes_its_deployment() -> None:
    scene = a_scene(as_made(a_scene()), num_allocations=3)

    (action,) = plan_endpoint(scene, ACCEPTED)

    assert isinstance(action, Apply)
    assert action.manifest["spec"]["num_allocations"] == 3
    assert action.overwritten == ()


def test_an_endpoint_that_is_refused_leaves_everything() -> None:
    refused = Verdict(AcceptedReason.MODEL_NOT_FOUND)

    assert plan_endpoint(a_scene(), refused) == ()
    assert plan_endpoint(a_scene(as_made(a_scene())), refused) == ()


def test_an_endpoint_that_attaches_makes_nothing_and_lets_go_of_its_own() -> None:
    own = a_deployment(derived_name("e"), deployment_id="e", metadata=OWNED)

    assert plan_endpoint(a_scene(a_deployment("d"), deployment_id="d"), ACCEPTED) == ()
    assert plan_endpoint(a_scene(a_deployment("d"), own, deployment_id="d"), ACCEPTED) == (
        Remove(own.subject),
    )
