"""Carries out a plan, in its order."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from allot_cluster.errors import ClusterError, Conflict, Forbidden, Invalid, NotFound
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.resources import Resource
from allot_operator.errors import GatherAgain
from allot_operator.judging.transitions import Notice, Severity
from allot_operator.planning.actions import Action, Apply, Remove

logger = logging.getLogger(__name__)

OVERWRITTEN = "Overwritten"
DEPLOYMENT_CREATED = "DeploymentCreated"
DEPLOYMENT_REMOVED = "DeploymentRemoved"
CREATION_TOLD = frozenset({"Deployment", "ModelDeployment"})
MAX_LISTED_FIELDS = 5


@dataclass(slots=True)
class Applied:
    """The objects as they then were, what there is to tell, and the first refusal, if any.

    `missing` are the kinds of objects that would have been new and were refused.
    """

    objects: dict[Resource, Manifest] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    missing: set[Resource] = field(default_factory=set)
    refusal: str = ""

    def refuse(self, action: Apply, error: ClusterError) -> None:
        """Note that the API server refuses a write."""
        self.refusal = self.refusal or f"{action.resource.kind} {action.name}: {error}"
        if action.is_new:
            self.missing.add(action.resource)


async def apply_actions(cluster: Cluster, actions: Iterable[Action]) -> Applied:
    """Make every write of a plan; what the API server refuses keeps nothing else from being made.

    A refusal that waiting may mend, such as a quota's, is a value. Raises GatherAgain where
    the objects are no longer as they were read.
    """
    applied = Applied()
    for action in actions:
        match action:
            case Remove():
                await _remove(cluster, action, applied)
            case Apply() if action.resource not in applied.missing:
                await _apply(cluster, action, applied)
            case Apply():
                logger.debug("Left out: %s %s", action.resource.kind, action.name)
    return applied


async def _apply(cluster: Cluster, action: Apply, applied: Applied) -> None:
    try:
        written = await cluster.apply(
            action.resource, action.manifest, field_manager=action.manager
        )
    except (Forbidden, Invalid, NotFound) as error:
        if action.is_scaling and not isinstance(error, Forbidden):
            raise GatherAgain(f"Deployment {action.name} is gone: {error}") from error
        applied.refuse(action, error)
        return
    logger.debug("Applied %s %s as %s", action.resource.kind, action.name, action.manager)
    applied.objects[action.resource] = written
    applied.notices.extend(tell_apply(action))


async def _remove(cluster: Cluster, action: Remove, applied: Applied) -> None:
    subject = action.subject
    try:
        await cluster.delete(subject.resource, subject.namespace, subject.name, uid=subject.uid)
    except Conflict as error:
        raise GatherAgain(str(error)) from error
    message = f"deleted {subject}, which serves the endpoint no longer"
    applied.notices.append(Notice(Severity.NORMAL, DEPLOYMENT_REMOVED, message))


def tell_apply(action: Apply) -> tuple[Notice, ...]:
    """Return what a person should know of a write."""
    kind = action.resource.kind
    if action.overwritten:
        fields = ", ".join(action.overwritten[:MAX_LISTED_FIELDS])
        if len(action.overwritten) > MAX_LISTED_FIELDS:
            fields += f" and {len(action.overwritten) - MAX_LISTED_FIELDS} more"
        by = f" by {action.strangers[0]}" if action.strangers else ""
        message = f"{fields} of {kind} {action.name} was changed{by}; Allot has set it back"
        return (Notice(Severity.WARNING, OVERWRITTEN, message),)
    if action.is_new and kind in CREATION_TOLD:
        return (Notice(Severity.NORMAL, DEPLOYMENT_CREATED, f"made {kind} {action.name}"),)
    return ()
