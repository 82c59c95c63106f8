"""The name of the InferenceEndpoint of an id. Pure."""

from __future__ import annotations

import re

from allot_api.fields import MAX_NAME_LENGTH
from allot_api.names import derived_name

# A DNS subdomain, which the API server wants.
_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")


def choose_name(inference_id: str) -> str:
    """Return the id where it can be a name, else one that derives from it."""
    if len(inference_id) <= MAX_NAME_LENGTH and _NAME.fullmatch(inference_id):
        return inference_id
    return derived_name(inference_id)


def list_names(inference_id: str) -> tuple[str, ...]:
    """Return the names under which a gateway would have made the endpoint of an id."""
    return tuple(dict.fromkeys((choose_name(inference_id), derived_name(inference_id))))
