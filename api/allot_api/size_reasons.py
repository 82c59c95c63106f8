"""The reasons of the conditions that speak of size: of threads, and of allocations."""

from __future__ import annotations

from allot_api.condition_types import Reason, Status


class ThreadsExceedQuotaReason(Reason):
    """ThreadsExceedQuota: the pods' CPU quota is below num_threads."""

    # True
    QUOTA_BELOW_THREADS = (
        "QuotaBelowThreads",
        "A pod reports a quota below num_threads.",
        Status.TRUE,
    )
    # False
    WITHIN_QUOTA = "WithinQuota", "Every pod's quota, if it has one, covers num_threads."
    # Unknown
    NOT_REPORTED = "NotReported", "No pod has reported its quota yet.", Status.UNKNOWN


class ScalingLimitedReason(Reason):
    """ScalingLimited: something keeps the number of allocations from what the load asks for."""

    # True
    NO_ROOM = (
        "NoRoom",
        "Some of the allocations that are wanted have no place: no node takes them, or a quota "
        "refuses them. The others serve; the rest is taken as soon as there is room.",
        Status.TRUE,
    )
    AT_MAXIMUM = (
        "AtMaximum",
        "The load asks for more than max_number_of_allocations.",
        Status.TRUE,
    )
    NO_GATEWAY = (
        "NoGateway",
        "The number may go to 0, but no gateway in the namespace could start the deployment again: "
        "so one allocation stays.",
        Status.TRUE,
    )
    # False
    WITHIN_BOUNDS = "WithinBounds", "The number is what the settings or the load ask for."
    # Unknown
    NOT_DECIDED = "NotDecided", "Nothing was decided on the number yet.", Status.UNKNOWN
