"""What can go wrong with a model; what can with a request is `allot_protocol.errors`.

RuntimeFault
├── SourceFault     the model's files cannot be had; the pod stays up and says why
└── ModelFault      they were had and cannot be served; the pod ends, and says why
"""

from __future__ import annotations

from enum import StrEnum


class SourceReason(StrEnum):
    """Why a model is not served; the operator shows these as reasons of ModelAvailable."""

    UNAUTHORIZED = "Unauthorized"
    NOT_FOUND = "NotFound"
    UNREACHABLE = "Unreachable"
    CHECKSUM_MISMATCH = "ChecksumMismatch"
    NO_SPACE = "NoSpace"
    WRONG_ARCHITECTURE = "WrongArchitecture"
    INVALID_SOURCE = "InvalidSource"
    REVISION_NOT_PINNED = "RevisionNotPinned"
    UNSAFE_FORMAT = "UnsafeFormat"


class RuntimeFault(Exception):
    """The root of this program's errors."""


class SourceFault(RuntimeFault):
    """A model's files cannot be had; `may_pass` where trying again may help.

    `retry_after_seconds` is how long the source asked us to stay away.
    """

    def __init__(
        self,
        reason: SourceReason,
        message: str,
        *,
        may_pass: bool = False,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.may_pass = may_pass
        self.retry_after_seconds = retry_after_seconds


class ModelFault(RuntimeFault):
    """The files are here and no model can be made of them; another start will not help."""

    reason = SourceReason.WRONG_ARCHITECTURE

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
