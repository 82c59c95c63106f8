"""The name of the object of an id: an InferenceEndpoint or a ModelDeployment. Pure."""

from __future__ import annotations

import re

from allot_api.fields import MAX_NAME_LENGTH
from allot_api.names import derived_name

# A DNS subdomain, which the API server wants.
_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")


def choose_name(identifier: str) -> str:
    """Return the id where it can be a name, else one that derives from it."""
    if len(identifier) <= MAX_NAME_LENGTH and _NAME.fullmatch(identifier):
        return identifier
    return derived_name(identifier)


def list_names(identifier: str) -> tuple[str, ...]:
    """Return the names under which a gateway would have made the object of an id."""
    return tuple(dict.fromkeys((choose_name(identifier), derived_name(identifier))))
