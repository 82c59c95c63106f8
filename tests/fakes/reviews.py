"""Who is who and who may what, told by a test: the fake cluster's authenticator and RBAC."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from allot_cluster.interface import Manifest
from allot_cluster.resources import SUBJECT_ACCESS_REVIEWS, TOKEN_REVIEWS, Resource

# The audience of a token that says none: the cluster's own issuer.
API_SERVER = "https://kubernetes.default.svc.cluster.local"
REVIEWS = (TOKEN_REVIEWS, SUBJECT_ACCESS_REVIEWS)


@dataclass(frozen=True, slots=True)
class Grant:
    """A user or group may do something to one object, or (no name) to all of a namespace."""

    subject: str
    verb: str
    resource: str
    namespace: str
    name: str | None = None

    def covers(self, spec: dict[str, Any]) -> bool:
        wanted = spec["resourceAttributes"]
        return (
            self.subject in (spec.get("user"), *spec.get("groups", ()))
            and (self.verb, self.resource) == (wanted["verb"], wanted["resource"])
            and self.namespace == wanted["namespace"]
            and self.name in (None, wanted.get("name"))
        )


@dataclass(slots=True)
class Reviewer:
    """Answers reviews; `specs` are the questions, in their order."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The user of each token: username, groups, uid, extra."""
    audiences: dict[str, list[str]] = field(default_factory=dict)
    """For whom a token is meant, if not for the API server."""
    grants: set[Grant] = field(default_factory=set)
    specs: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, resource: Resource, manifest: Manifest) -> Manifest:
        spec = manifest["spec"]
        self.specs.append(copy.deepcopy(spec))
        if resource == TOKEN_REVIEWS:
            status = self._review_token(spec)
        else:
            status = {"allowed": any(grant.covers(spec) for grant in self.grants)}
        kind = {"apiVersion": resource.api_version, "kind": resource.kind}
        return {**kind, "metadata": {}, "spec": copy.deepcopy(spec), "status": status}

    def _review_token(self, spec: dict[str, Any]) -> dict[str, Any]:
        user = self.users.get(spec["token"])
        meant_for = self.audiences.get(spec["token"], [API_SERVER])
        asked = spec.get("audiences", [API_SERVER])
        shared = [one for one in asked if one in meant_for]
        if user is None or not shared:
            return {"authenticated": False, "user": {}, "error": "invalid bearer token"}
        return {"authenticated": True, "user": copy.deepcopy(user), "audiences": shared}
