"""What the rules of InferenceEndpoint ask about, in CEL and in Python side by side."""

from __future__ import annotations

from allot_api.inference_endpoint import ChunkingSettings, InferenceEndpointSpec, ServiceSettings
from allot_api.known_models import ELSER_MODEL
from allot_api.model_deployment import AdaptiveAllocations
from allot_api.rules.rule import Candidate, Rule, quote
from allot_api.terms import Service

Endpoint = Candidate[InferenceEndpointSpec]
EndpointRule = Rule[InferenceEndpointSpec]

SETTINGS = "service_settings"
ADAPTIVE = f"{SETTINGS}.adaptive_allocations"
CHUNKING = "chunking_settings"

IS_ATTACHED = f"has(self.{SETTINGS}.deployment_id)"
IS_ELSER = f"self.service == {quote(Service.ELSER)}"


def effective_model_cel(root: str) -> str:
    """Return the CEL for the model that an endpoint's spec names, or implies, else ''.

    The service elser names its model by itself, unless it shares a deployment.
    """
    model_id = f"{root}.{SETTINGS}.model_id"
    return (
        f"(has({model_id}) ? {model_id} : {root}.service == {quote(Service.ELSER)} "
        f"&& !has({root}.{SETTINGS}.deployment_id) ? {quote(ELSER_MODEL)} : '')"
    )


def effective_model(endpoint: Endpoint) -> str:
    """Return the model that the spec names, or implies, else ''."""
    is_implied = is_elser(endpoint) and not is_attached(endpoint)
    return settings_of(endpoint).model_id or (ELSER_MODEL if is_implied else "")


def is_elser(endpoint: Endpoint) -> bool:
    """Return whether the endpoint is of the service elser."""
    return endpoint.spec.service is Service.ELSER


def is_attached(endpoint: Endpoint) -> bool:
    """Return whether the endpoint shares a deployment."""
    return settings_of(endpoint).deployment_id is not None


def settings_of(endpoint: Endpoint) -> ServiceSettings:
    """Return the service_settings."""
    return endpoint.spec.service_settings


def adaptive_of(endpoint: Endpoint) -> AdaptiveAllocations | None:
    """Return the adaptive_allocations, or None."""
    return settings_of(endpoint).adaptive_allocations


def chunking_of(endpoint: Endpoint) -> ChunkingSettings | None:
    """Return the chunking_settings, or None."""
    return endpoint.spec.chunking_settings
