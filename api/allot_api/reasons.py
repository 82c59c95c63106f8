"""Every condition, with every reason that it can carry and when that reason appears.

`Ready` also carries the reasons of the condition that keeps it False, so that the
REASON column of `kubectl get` names the cause; its own block lists the rest.
"""

from __future__ import annotations

from collections.abc import Mapping

from allot_api.condition_types import ConditionType, Reason, Status
from allot_api.size_reasons import ScalingLimitedReason, ThreadsExceedQuotaReason


class AcceptedReason(Reason):
    """Accepted: what was written makes sense in this cluster."""

    # True
    ACCEPTED = (
        "Accepted",
        "The rules hold, the id is free and everything that is named exists.",
        Status.TRUE,
    )
    # False
    MODEL_NOT_FOUND = (
        "ModelNotFound",
        "No TrainedModel here or in Allot's namespace has the model_id or alias; "
        "the message lists the ids that exist. What served before goes on serving.",
    )
    TASK_MISMATCH = "TaskMismatch", "The model does not do the task_type; the message lists its."
    DEPLOYMENT_NOT_FOUND = (
        "DeploymentNotFound",
        "No ModelDeployment of the namespace has the deployment_id; the message lists those "
        "that exist, and says if it was there and was deleted.",
    )
    DEPLOYMENT_NOT_ACCEPTED = (
        "DeploymentNotAccepted",
        "The ModelDeployment that the endpoint attaches to is itself not accepted.",
    )
    MODEL_MISMATCH = (
        "ModelMismatch",
        "The endpoint names a model_id that is not that of the deployment it attaches to.",
    )
    SETTINGS_MISMATCH = (
        "SettingsMismatch",
        "A setting does not fit the model that the id stands for here, such as a max_chunk_size "
        "above 300 for ELSER's, or the deployment that is shared; the message names both.",
    )
    INVALID_SEPARATORS = (
        "InvalidSeparators",
        "One of the separators is no regular expression; the message shows it.",
    )
    MODEL_NOT_ACCEPTED = (
        "ModelNotAccepted",
        "The TrainedModel that is named is itself not accepted.",
    )
    ID_TAKEN = (
        "IdTaken",
        "An older object of the namespace has the id, or an object that is not this one's has "
        "the name that derives from it; the message names it.",
    )
    INVALID_SOURCE = "InvalidSource", "The uri of a TrainedModel's source cannot be understood."
    INVALID_SPEC = (
        "InvalidSpec",
        "The spec breaks a rule that the API server did not check, because it was stored under "
        "an older schema.",
    )
    # Unknown
    NOT_YET_CHECKED = (
        "NotYetChecked",
        "The operator has not yet read what the spec names.",
        Status.UNKNOWN,
    )


class ModelAvailableReason(Reason):
    """ModelAvailable: a pod has the model and proved it with a forward pass."""

    # True
    AVAILABLE = (
        "Available",
        "At least one pod has the model and proved it with a forward pass.",
        Status.TRUE,
    )
    # False, and waiting mends it
    FETCHING = "Fetching", "Pods fetch the model's files; the message says how far they are."
    LOADING = "Loading", "The files are there and are being read into memory."
    WARMING_UP = "WarmingUp", "The model is loaded and the first forward pass runs."
    UNREACHABLE = "Unreachable", "The source does not answer; the pods try again."
    # False, and somebody has to act
    UNAUTHORIZED = "Unauthorized", "The source asks for credentials, or refuses those it got."
    NOT_FOUND = "NotFound", "The source, its revision or one of its files does not exist."
    CHECKSUM_MISMATCH = "ChecksumMismatch", "A file is not what its size or sha256 says."
    OUT_OF_MEMORY = (
        "OutOfMemory",
        "A pod was killed for its memory before it had the model; the message says what to write.",
    )
    NO_SPACE = (
        "NoSpace",
        "The cache has no room for the model, or cannot be written; the message has the numbers.",
    )
    WRONG_ARCHITECTURE = (
        "WrongArchitecture",
        "The files are there, but hold no model that the runtime can serve for its task_types.",
    )
    INVALID_SOURCE = "InvalidSource", "The uri of the source cannot be understood."
    REVISION_NOT_PINNED = (
        "RevisionNotPinned",
        "The uri names a branch or a tag, which may move; the message says what to write.",
    )
    UNSAFE_FORMAT = (
        "UnsafeFormat",
        "The source has pickled weights only, and source.format does not admit them.",
    )
    NOT_ACCEPTED = "NotAccepted", "Nothing is fetched, because Accepted is False."
    # Unknown
    NO_PODS = "NoPods", "No pod has looked for the model yet, or none is wanted.", Status.UNKNOWN
    NOT_REPORTED = (
        "NotReported",
        "Pods exist, but none has said anything about the model yet.",
        Status.UNKNOWN,
    )


class ServableReason(Reason):
    """Servable: a request that is sent now is answered."""

    # True
    SERVING = "Serving", "At least one pod is ready.", Status.TRUE
    HELD_BY_GATEWAY = (
        "HeldByGateway",
        "No pod runs; the gateway holds a request while one starts.",
        Status.TRUE,
    )
    # False
    NO_READY_PODS = "NoReadyPods", "Pods are wanted and none is ready."
    SCALED_TO_ZERO = "ScaledToZero", "No pod is wanted and no gateway is there to start one."
    NOT_ACCEPTED = "NotAccepted", "Nothing serves, because Accepted is False."


class UpToDateReason(Reason):
    """UpToDate: every pod that serves is of this generation."""

    # True
    UP_TO_DATE = "UpToDate", "All pods run what the spec of this generation says.", Status.TRUE
    UPGRADE_QUEUED = (
        "UpgradeQueued",
        "All pods are of this generation. A new version of Allot will replace them; other "
        "deployments go first.",
        Status.TRUE,
    )
    UPGRADE_DEFERRED = (
        "UpgradeDeferred",
        "All pods are of this generation. A new version of Allot would replace them; "
        "upgradePolicy: Deferred leaves them until another change replaces them anyway.",
        Status.TRUE,
    )
    UPGRADE_IN_PROGRESS = (
        "UpgradeInProgress",
        "All pods are of this generation. Those of another version of Allot are being replaced.",
        Status.TRUE,
    )
    UPGRADE_STUCK = (
        "UpgradeStuck",
        "All pods are of this generation. Those of another version of Allot go on serving, because "
        "the new ones do not become ready; the message says why.",
        Status.TRUE,
    )
    # False
    ROLLOUT_IN_PROGRESS = (
        "RolloutInProgress",
        "Pods of an older generation are being replaced; they serve until the new ones do.",
    )
    NOT_ACCEPTED = "NotAccepted", "Pods are left as they are, because Accepted is False."


class ReadyReason(Reason):
    """Ready: accepted, up to date, servable, and at least as many allocations as asked for."""

    # True
    FULLY_ALLOCATED = (
        "FullyAllocated",
        "As many pods are ready as num_allocations or the minimum.",
        Status.TRUE,
    )
    SCALED_TO_ZERO = (
        "ScaledToZero",
        "No pod is asked for, and the gateway starts one on demand.",
        Status.TRUE,
    )
    # False
    WAITING_FOR_ALLOCATIONS = "WaitingForAllocations", "Pods are asked for and none is ready yet."
    PARTIALLY_ALLOCATED = "PartiallyAllocated", "Some pods are ready, but fewer than asked for."
    UNSCHEDULABLE = (
        "Unschedulable",
        "A pod fits on no node; the message says what each node lacks.",
    )
    PODS_REFUSED = (
        "PodsRefused",
        "The API server refuses to create pods, such as for a quota; the message is its.",
    )
    CRASH_LOOPING = (
        "CrashLooping",
        "A pod's process ends again and again; the message is what it left behind.",
    )
    OUT_OF_MEMORY = (
        "OutOfMemory",
        "A pod's process was killed for its memory; the message names the limit and what to write.",
    )
    IMAGE_NOT_PULLED = "ImageNotPulled", "A node cannot pull the runtime's image."
    WRITE_REFUSED = (
        "WriteRefused",
        "The API server refuses an object that Allot has to make, such as for a quota or a policy; "
        "the message names the object and is the API server's.",
    )
    # Unknown
    PASS_FAILED = (
        "PassFailed",
        "The operator could not read or write what it has to; the message says what failed. It "
        "tries again, and the other conditions are as they were before.",
        Status.UNKNOWN,
    )


class StalledReason(Reason):
    """Stalled: waiting will not mend it; somebody has to change something."""

    # True
    CHECKSUM_MISMATCH = (
        "ChecksumMismatch",
        "A file is not what its size or sha256 says.",
        Status.TRUE,
    )
    WRONG_ARCHITECTURE = (
        "WrongArchitecture",
        "The runtime cannot serve what the files hold.",
        Status.TRUE,
    )
    INVALID_SOURCE = "InvalidSource", "The uri of the source cannot be understood.", Status.TRUE
    REVISION_NOT_PINNED = (
        "RevisionNotPinned",
        "The uri names a branch or a tag, which may move.",
        Status.TRUE,
    )
    UNSAFE_FORMAT = "UnsafeFormat", "The source has pickled weights only.", Status.TRUE
    DEADLINE_EXCEEDED = (
        "DeadlineExceeded",
        "The pods of a generation did not become ready within the progress deadline.",
        Status.TRUE,
    )
    # False
    NOT_STALLED = "NotStalled", "Nothing stands in the way that time or the next apply won't mend."


class ReconcilingReason(Reason):
    """Reconciling: work is under way, or waits for something that may yet come."""

    # True
    SPEC_CHANGED = "SpecChanged", "The spec changed and pods of it do not serve yet.", Status.TRUE
    WAITING = (
        "Waiting",
        "Ready is not True for something that time, a node or the next apply mends.",
        Status.TRUE,
    )
    # False
    SETTLED = "Settled", "The pods are as asked for; a target that moves with the load is settled."
    STALLED = "Stalled", "Nothing goes on, because waiting will not mend it."


REASONS: Mapping[ConditionType, type[Reason]] = {
    ConditionType.ACCEPTED: AcceptedReason,
    ConditionType.MODEL_AVAILABLE: ModelAvailableReason,
    ConditionType.SERVABLE: ServableReason,
    ConditionType.UP_TO_DATE: UpToDateReason,
    ConditionType.READY: ReadyReason,
    ConditionType.STALLED: StalledReason,
    ConditionType.RECONCILING: ReconcilingReason,
    ConditionType.THREADS_EXCEED_QUOTA: ThreadsExceedQuotaReason,
    ConditionType.SCALING_LIMITED: ScalingLimitedReason,
}
