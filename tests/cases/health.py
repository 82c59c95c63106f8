"""Objects in every state that a reader of health must tell apart, and what each reader should say.

The statuses are the operator's own: its pure functions make them from facts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from allot_api.conditions import ModelAvailableReason
from allot_api.terms import ModelState
from allot_cluster.declared import read_deployment, read_endpoint, read_model
from allot_operator.acceptance.verdict import Verdict
from allot_operator.facts.pods import LastWords, Trouble
from allot_operator.judging.deployment_status import build_deployment_status
from allot_operator.judging.endpoint_status import EndpointFacts, build_endpoint_status
from allot_operator.judging.model_status import build_model_status
from allot_operator.passes.status_writing import dump_status
from tests.unit.allot_operator.builders import (
    NOW,
    a_deployment_manifest,
    a_model_manifest,
    a_pod,
    a_report,
    a_troubled_pod,
    an_endpoint_manifest,
)
from tests.unit.allot_operator.judging.cases import ACCEPTED, REFUSED, a_workload, some_facts

Manifest = dict[str, Any]

# What the API server puts where nobody has written a status.
UNSEEN = {"observedGeneration": -1}
CORRUPT = LastWords(ModelAvailableReason.CHECKSUM_MISMATCH, "model.safetensors is another file")
DELETED = {"deletionTimestamp": "2026-11-24T12:00:00Z"}


@dataclass(frozen=True, slots=True)
class Case:
    """A state: its name, the object, kstatus' word, and Argo CD's with its message."""

    name: str
    manifest: Manifest
    kstatus: str
    argo: str
    message: str


def a_deployment(verdict: Verdict = ACCEPTED, **fields: Any) -> Manifest:
    """Return a ModelDeployment with the status that the operator gives it."""
    manifest = a_deployment_manifest("d", **fields.pop("spec", {"num_allocations": 1}))
    deployment = read_deployment(manifest)
    facts = some_facts(deployment=deployment, verdict=verdict, **fields)
    return manifest | {"status": dump_status(build_deployment_status(facts, NOW))}


def an_endpoint(verdict: Verdict = ACCEPTED, serving: Manifest | None = None) -> Manifest:
    """Return an InferenceEndpoint with the status that the operator gives it."""
    manifest = an_endpoint_manifest("e")
    served = read_deployment(serving) if serving else None
    status = build_endpoint_status(EndpointFacts(read_endpoint(manifest), verdict, served), NOW)
    assert status is not None
    return manifest | {"status": dump_status(status)}


def a_model(verdict: Verdict = ACCEPTED) -> Manifest:
    """Return a TrainedModel with the status that the operator gives it."""
    manifest = a_model_manifest()
    return manifest | {
        "status": dump_status(build_model_status(read_model(manifest), verdict, NOW))
    }


def changed(manifest: Manifest, **metadata: Any) -> Manifest:
    """Return the object with other metadata."""
    return manifest | {"metadata": manifest["metadata"] | metadata}


def ready_message(manifest: Manifest) -> str:
    """Return the message of the condition Ready."""
    conditions = manifest["status"]["conditions"]
    return next(str(one["message"]) for one in conditions if one["type"] == "Ready")


STARTING = a_deployment(pods=(a_pod(is_ready=False),), readings={})
FETCHING = a_deployment(
    pods=(a_pod(is_ready=False),),
    readings={"uid-p": a_report(ModelState.FETCHING, bytes_done=43 * 10**6, bytes_total=10**8)},
)
SERVING = a_deployment()
STALLED = a_deployment(
    pods=(replace(a_troubled_pod(Trouble.CRASH_LOOPING), last_words=CORRUPT),), readings={}
)
LATE = a_deployment(
    pods=(a_troubled_pod(Trouble.CRASH_LOOPING, "the process ended with exit code 1"),),
    readings={},
    workload=a_workload(has_passed_deadline=True),
)
UNSCHEDULABLE = a_deployment(
    pods=(a_troubled_pod(Trouble.UNSCHEDULABLE, "0/1 nodes: Insufficient cpu"),), readings={}
)
PARTLY = a_deployment(spec={"num_allocations": 3}, target=3)
SCALING_UP = a_deployment(
    spec={
        "adaptive_allocations": {
            "enabled": True, "min_number_of_allocations": 1, "max_number_of_allocations": 4,
        }
    },
    target=4,
)  # fmt: skip
AT_ZERO = a_deployment(
    spec={"scaling": {"policy": "external"}, "replicas": 0},
    target=0,
    pods=(),
    readings={},
    workload=a_workload(replicas=0),
)

SEEN = "Allot has not seen this generation yet"
MISSING = "ModelNotFound: no such model"
DIGEST = "ChecksumMismatch: model.safetensors is another file"
CRASH = "DeadlineExceeded: pod p: the process ended with exit code 1"
NO_ROOM = f"Unschedulable: {ready_message(UNSCHEDULABLE)}"

# fmt: off
CASES = (
    Case("endpoint-just-applied", an_endpoint_manifest() | {"status": UNSEEN}, "InProgress",
         "Progressing", SEEN),
    Case("endpoint-deployment-just-made", an_endpoint(), "InProgress", "Progressing",
         "WaitingForAllocations: its ModelDeployment has just been made"),
    Case("endpoint-starting", an_endpoint(serving=STARTING), "InProgress", "Progressing",
         "WaitingForAllocations: none of 1 allocations is ready"),
    Case("endpoint-fetching", an_endpoint(serving=FETCHING), "InProgress", "Progressing",
         "Fetching: 43 of 100 MB"),
    Case("endpoint-partly-allocated", an_endpoint(serving=PARTLY), "InProgress", "Progressing",
         "PartiallyAllocated: 1 of 3 allocations are ready"),
    Case("endpoint-ready", an_endpoint(serving=SERVING), "Current", "Healthy",
         "1 of 1 allocations are ready"),
    Case("endpoint-ready-and-scaling-up", an_endpoint(serving=SCALING_UP), "Current", "Healthy",
         "1 of 4 allocations are ready"),
    Case("endpoint-stalled", an_endpoint(serving=STALLED), "Failed", "Degraded", DIGEST),
    Case("endpoint-past-its-deadline", an_endpoint(serving=LATE), "Failed", "Degraded", CRASH),
    Case("endpoint-without-room", an_endpoint(serving=UNSCHEDULABLE), "InProgress", "Progressing",
         NO_ROOM),
    Case("endpoint-refused", an_endpoint(REFUSED), "InProgress", "Progressing", MISSING),
    Case("endpoint-refused-after-it-served", an_endpoint(REFUSED, SERVING), "InProgress",
         "Progressing", MISSING),
    Case("endpoint-changed", changed(an_endpoint(serving=SERVING), generation=2), "InProgress",
         "Progressing", SEEN),
    Case("endpoint-being-deleted", changed(an_endpoint(serving=SERVING), **DELETED), "Terminating",
         "Progressing", "being deleted"),
    Case("deployment-just-applied", a_deployment_manifest() | {"status": UNSEEN}, "InProgress",
         "Progressing", SEEN),
    Case("deployment-ready", SERVING, "Current", "Healthy", "1 of 1 allocations are ready"),
    Case("deployment-stalled", STALLED, "Failed", "Degraded", DIGEST),
    Case("deployment-refused", a_deployment(REFUSED, workload=None, pods=(), readings={}),
         "InProgress", "Progressing", MISSING),
    Case("deployment-at-zero", AT_ZERO, "InProgress", "Suspended",
         "no pod is wanted, and no gateway is there to start one"),
    Case("deployment-changed", changed(SERVING, generation=2), "InProgress", "Progressing", SEEN),
    Case("deployment-being-deleted", changed(SERVING, **DELETED), "Terminating", "Progressing",
         "being deleted"),
    Case("model-just-applied", a_model_manifest() | {"status": UNSEEN}, "InProgress",
         "Progressing", SEEN),
    Case("model-accepted", a_model(), "Current", "Healthy", "model m"),
    Case("model-refused", a_model(REFUSED), "InProgress", "Progressing", MISSING),
    Case("model-being-deleted", changed(a_model(), **DELETED), "Terminating", "Progressing",
         "being deleted"),
)
# fmt: on
