"""What a request wants to do, in the words of Kubernetes' RBAC; and on whose behalf it is done."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from allot_api.names import GROUP

ENDPOINTS = "inferenceendpoints"
DEPLOYMENTS = "modeldeployments"
MODELS = "trainedmodels"


class Verb(StrEnum):
    """Kubernetes' verbs, and one of Allot's own: `infer` sends texts to an endpoint."""

    INFER = "infer"
    GET = "get"
    LIST = "list"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Action(NamedTuple):
    """A verb on one object, by its metadata.name, or (None) on all of a namespace.

    A tuple, since each request looks one up: its hash is computed in C.
    """

    verb: Verb
    namespace: str
    name: str | None = None
    resource: str = ENDPOINTS
    group: str = GROUP

    def describe(self) -> str:
        """Return the object as a sentence names it."""
        place = f"{self.namespace}/{self.name}" if self.name is not None else self.namespace
        return f"{self.resource} [{place}]"


class Caller(NamedTuple):
    """Who sent a request; `key_id` where it was an API key or a password."""

    user: str
    groups: tuple[str, ...] = ()
    key_id: str | None = None


ANYBODY = Caller("anonymous")
"""Who sends requests where nobody is asked."""
