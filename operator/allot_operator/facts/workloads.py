"""The apps/v1 Deployment behind a ModelDeployment, as it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allot_cluster.interface import Manifest
from allot_cluster.resources import DEPLOYMENTS
from allot_cluster.subjects import Subject, identify
from allot_operator.words import SETTINGS_ANNOTATION, TEMPLATE_ANNOTATION

REPLICAS_PATH = ("f:spec", "f:replicas")
DEADLINE_REASON = "ProgressDeadlineExceeded"
COMPLETE_REASON = "NewReplicaSetAvailable"
OUR_MANAGERS = "allot"


@dataclass(frozen=True, slots=True)
class Workload:
    """A Deployment.

    `replicas` is the live target of allocations; `replicas_owners` are the field managers that
    sent it. `settings` and `template` are the hashes that its pod template carries.
    `has_passed_deadline` and `refusal` speak of this template, never of the one before it.
    """

    subject: Subject
    manifest: Manifest
    replicas: int
    replicas_owners: frozenset[str]
    settings: str
    template: str
    pod_count: int
    is_rolling: bool
    has_passed_deadline: bool
    refusal: str

    @property
    def has_strange_target(self) -> bool:
        """Whether somebody who is not part of Allot set the number of replicas last."""
        return any(not owner.startswith(OUR_MANAGERS) for owner in self.replicas_owners)


def read_workload(manifest: Manifest) -> Workload:
    """Return the Deployment of a manifest."""
    spec, status = manifest["spec"], manifest.get("status", {})
    annotations = spec["template"].get("metadata", {}).get("annotations", {})
    failure = _condition(manifest, "ReplicaFailure")
    is_refused = failure.get("status") == "True" and _is_observed(manifest)
    return Workload(
        subject=identify(DEPLOYMENTS, manifest),
        manifest=manifest,
        replicas=spec.get("replicas", 1),
        replicas_owners=find_owners(manifest, REPLICAS_PATH),
        settings=annotations.get(SETTINGS_ANNOTATION, ""),
        template=annotations.get(TEMPLATE_ANNOTATION, ""),
        pod_count=status.get("replicas", 0),
        is_rolling=_is_rolling(manifest),
        has_passed_deadline=_has_passed_deadline(manifest),
        refusal=failure.get("message", "") if is_refused else "",
    )


def find_owners(manifest: Manifest, path: tuple[str, ...]) -> frozenset[str]:
    """Return the field managers that own the field at a path of FieldsV1 elements."""
    entries = manifest["metadata"].get("managedFields", ())
    return frozenset(
        entry["manager"] for entry in entries if _holds(entry.get("fieldsV1", {}), path)
    )


def find_strangers(manifest: Manifest, since: str = "") -> tuple[str, ...]:
    """Return who else wrote to the object's spec or metadata, the latest writer first."""
    entries = [
        entry
        for entry in manifest["metadata"].get("managedFields", ())
        if not entry["manager"].startswith(OUR_MANAGERS)
        and entry.get("subresource") != "status"
        and entry.get("time", "") >= since
    ]
    entries.sort(key=lambda entry: str(entry.get("time", "")), reverse=True)
    return tuple(dict.fromkeys(entry["manager"] for entry in entries))


def _holds(fields: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    for element in path:
        if element not in fields:
            return False
        fields = fields[element]
    return True


def _is_rolling(manifest: Mapping[str, Any]) -> bool:
    """Whether pods of an older template are still being replaced, and not given up on.

    A pod that is missing after the rollout was complete is no part of it: one that fits on no
    node would hold up the others for ever.
    """
    spec, status = manifest["spec"], manifest.get("status", {})
    if "deletionTimestamp" in manifest["metadata"] or spec.get("paused"):
        return False
    if not _is_observed(manifest):
        return True
    if _has_passed_deadline(manifest):
        return False
    wanted = spec.get("replicas", 1)
    updated, total = status.get("updatedReplicas", 0), status.get("replicas", 0)
    if total > updated:
        return True
    is_complete = _condition(manifest, "Progressing").get("reason") == COMPLETE_REASON
    return not is_complete and (updated < wanted or status.get("availableReplicas", 0) < updated)


def _has_passed_deadline(manifest: Mapping[str, Any]) -> bool:
    reason = _condition(manifest, "Progressing").get("reason")
    return reason == DEADLINE_REASON and _is_observed(manifest)


def _is_observed(manifest: Mapping[str, Any]) -> bool:
    """Whether the Deployment's controller has seen the spec that its status stands beside."""
    observed: int = manifest.get("status", {}).get("observedGeneration", 0)
    return bool(observed >= manifest["metadata"].get("generation", 0))


def _condition(manifest: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    conditions = manifest.get("status", {}).get("conditions", ())
    return next((one for one in conditions if one["type"] == kind), {})
