from __future__ import annotations

from allot_api.names import MODEL_DEPLOYMENT_LABEL
from allot_cluster.resources import INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS, PODS, TRAINED_MODELS
from allot_operator.desired.deployment import choose_resource_name
from allot_operator.work.dispatching import Dispatcher
from allot_operator.work.keys import Key
from tests.unit.allot_operator.builders import (
    OPERATOR_NAMESPACE,
    a_deployment_manifest,
    a_model_manifest,
    an_endpoint_manifest,
)

ENDPOINT = Key(INFERENCE_ENDPOINTS, "a", "e")
DEPLOYMENT = Key(MODEL_DEPLOYMENTS, "a", "d")
MODEL = Key(TRAINED_MODELS, OPERATOR_NAMESPACE, "e5")


class Desk:
    """A dispatcher and the keys that it added since it was last asked."""

    def __init__(self, *namespaces: str) -> None:
        self.keys: set[Key] = set()
        self.dispatcher = Dispatcher(self.keys.add, OPERATOR_NAMESPACE, namespaces)

    def added(self) -> set[Key]:
        keys = set(self.keys)
        self.keys.clear()
        return keys


def test_a_models_users_are_looked_at_with_it() -> None:
    desk = Desk()
    desk.dispatcher.notice(INFERENCE_ENDPOINTS, an_endpoint_manifest("e"), is_gone=False)
    assert desk.added() == {ENDPOINT}

    desk.dispatcher.notice(TRAINED_MODELS, a_model_manifest(), is_gone=False)

    assert desk.added() == {MODEL, ENDPOINT}


def test_a_pod_has_its_deployment_looked_at() -> None:
    desk = Desk()
    desk.dispatcher.notice(MODEL_DEPLOYMENTS, a_deployment_manifest("d"), is_gone=False)
    desk.added()
    labels = {MODEL_DEPLOYMENT_LABEL: choose_resource_name("d")}

    desk.dispatcher.notice(
        PODS, {"metadata": {"name": "p", "namespace": "a", "labels": labels}}, is_gone=False
    )
    desk.dispatcher.notice(PODS, {"metadata": {"name": "q", "namespace": "a"}}, is_gone=False)

    assert desk.added() == {DEPLOYMENT}


def test_an_object_that_is_gone_has_its_users_looked_at() -> None:
    desk = Desk()
    desk.dispatcher.notice(INFERENCE_ENDPOINTS, an_endpoint_manifest("e"), is_gone=False)
    desk.dispatcher.notice(TRAINED_MODELS, a_model_manifest(), is_gone=False)
    desk.added()

    desk.dispatcher.drop(MODEL)

    assert desk.added() == {ENDPOINT}


def test_other_namespaces_are_left_alone_but_for_the_shared_models() -> None:
    desk = Desk("b")
    desk.dispatcher.notice(INFERENCE_ENDPOINTS, an_endpoint_manifest("e"), is_gone=False)
    assert desk.added() == set()

    desk.dispatcher.notice(TRAINED_MODELS, a_model_manifest(), is_gone=False)

    assert desk.added() == {MODEL}
