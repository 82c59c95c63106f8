"""The ties of each kind of object, read from its raw form: a handler has no time for more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allot_api.known_models import ELSER_MODEL
from allot_api.names import MODEL_DEPLOYMENT_LABEL
from allot_api.terms import Service
from allot_operator.desired.deployment import choose_resource_name
from allot_operator.work.index import Ties, Token

Body = Mapping[str, Any]

# What is refused looks to everything that could mend it: its message lists what there is.
ANY = "*"


def read_model_ties(body: Body) -> Ties:
    """Return the ids that a TrainedModel answers to."""
    spec, namespace, name = _parts(body)
    identifiers = {spec.get("model_id") or name, *(spec.get("aliases") or ())}
    return Ties(
        version=_generation(body),
        offers=frozenset(("model", namespace, identifier) for identifier in identifiers),
        announces=frozenset({("model", namespace, ANY)}),
    )


def read_deployment_ties(body: Body, operator_namespace: str) -> Ties:
    """Return the id that a ModelDeployment has, its model, and the name of what it owns.

    Endpoints repeat its status, so each of its versions counts.
    """
    spec, namespace, name = _parts(body)
    deployment_id = spec.get("deployment_id") or name
    resource_name = choose_resource_name(deployment_id)
    return Ties(
        version=str(body["metadata"].get("resourceVersion", "")),
        offers=frozenset({("deployment", namespace, deployment_id)}),
        announces=frozenset({("deployment", namespace, ANY)}),
        looks_to=frozenset(
            {
                pods_token(namespace, resource_name),
                *_model_tokens(spec.get("model_id"), namespace, operator_namespace),
                *_wide_tokens(body, namespace, operator_namespace),
            }
        ),
    )


def read_endpoint_ties(body: Body, operator_namespace: str) -> Ties:
    """Return the id of an endpoint, the deployment that serves it, and the model it names."""
    spec, namespace, name = _parts(body)
    settings = spec.get("service_settings") or {}
    inference_id = spec.get("inference_id") or name
    deployment_id = settings.get("deployment_id") or inference_id
    model_id = settings.get("model_id")
    if model_id is None and spec.get("service") == Service.ELSER:
        model_id = ELSER_MODEL
    return Ties(
        version=_generation(body),
        offers=frozenset({("endpoint", namespace, inference_id)}),
        looks_to=frozenset(
            {
                ("deployment", namespace, deployment_id),
                *_model_tokens(model_id, namespace, operator_namespace),
                *_wide_tokens(body, namespace, operator_namespace),
            }
        ),
    )


def pods_token(namespace: str, resource_name: str) -> Token:
    """Return what stands for the Deployment and the pods of a ModelDeployment."""
    return "pods", namespace, resource_name


def read_pods_token(body: Body) -> Token | None:
    """Return whose a Deployment or pod is, by its label; None if it is nobody's."""
    metadata = body["metadata"]
    label = (metadata.get("labels") or {}).get(MODEL_DEPLOYMENT_LABEL)
    return pods_token(metadata.get("namespace", ""), label) if label else None


def _model_tokens(model_id: object, namespace: str, operator_namespace: str) -> set[Token]:
    if not isinstance(model_id, str):
        return set()
    return {("model", place, model_id) for place in (namespace, operator_namespace)}


def _wide_tokens(body: Body, namespace: str, operator_namespace: str) -> set[Token]:
    conditions = (body.get("status") or {}).get("conditions") or ()
    is_refused = any((one["type"], one["status"]) == ("Accepted", "False") for one in conditions)
    if not is_refused:
        return set()
    places = (namespace, operator_namespace)
    return {("deployment", namespace, ANY), *(("model", place, ANY) for place in places)}


def _parts(body: Body) -> tuple[Body, str, str]:
    metadata = body["metadata"]
    return body.get("spec") or {}, metadata.get("namespace", ""), metadata["name"]


def _generation(body: Body) -> str:
    return f"{body['metadata'].get('uid', '')}/{body['metadata'].get('generation', 0)}"
