"""Who somebody is and what they may do, by the API server's own word.

A review is created and answered at once; nothing is stored. Both calls raise ClusterError where
there is no answer: Forbidden means that this process may not ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allot_cluster.interface import Cluster
from allot_cluster.resources import SUBJECT_ACCESS_REVIEWS, TOKEN_REVIEWS

Extra = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """A user as Kubernetes' authorizers are asked about them."""

    user: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Extra = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody wants to do with one object of a kind, or (no name) with all of them."""

    verb: str
    group: str
    resource: str
    namespace: str
    name: str | None = None


async def review_token(
    cluster: Cluster, token: str, audiences: tuple[str, ...] = ()
) -> Identity | None:
    """Return whose a Kubernetes token is; None if it is nobody's, or meant for other audiences.

    Without audiences it has to be meant for the API server itself.
    """
    spec: dict[str, Any] = {"token": token}
    if audiences:
        spec["audiences"] = list(audiences)
    answer = await cluster.create(TOKEN_REVIEWS, {"metadata": {}, "spec": spec})
    status: Mapping[str, Any] = answer.get("status") or {}
    if not status.get("authenticated"):
        return None
    if audiences and not set(audiences) & set(status.get("audiences") or ()):
        # An authenticator that knows nothing of audiences: not to be taken for a yes.
        return None
    return _parse_user(status.get("user") or {})


async def review_access(cluster: Cluster, identity: Identity, attempt: Attempt) -> bool:
    """Return whether somebody may do it, by all of the cluster's authorizers."""
    attributes = {
        "verb": attempt.verb,
        "group": attempt.group,
        "resource": attempt.resource,
        "namespace": attempt.namespace,
    }
    if attempt.name is not None:
        attributes["name"] = attempt.name
    spec: dict[str, Any] = {"user": identity.user, "resourceAttributes": attributes}
    if identity.groups:
        spec["groups"] = list(identity.groups)
    if identity.uid:
        spec["uid"] = identity.uid
    if identity.extra:
        spec["extra"] = {key: list(values) for key, values in identity.extra}
    answer = await cluster.create(SUBJECT_ACCESS_REVIEWS, {"metadata": {}, "spec": spec})
    status: Mapping[str, Any] = answer.get("status") or {}
    return bool(status.get("allowed")) and not status.get("denied")


def _parse_user(user: Mapping[str, Any]) -> Identity | None:
    name = str(user.get("username") or "")
    if not name:
        return None
    extra = sorted((user.get("extra") or {}).items())
    return Identity(
        user=name,
        groups=tuple(user.get("groups") or ()),
        uid=str(user.get("uid") or ""),
        extra=tuple((str(key), tuple(map(str, values))) for key, values in extra),
    )
