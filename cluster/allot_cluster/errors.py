"""What a call to the API server can fail with; one class for each thing a caller does about it.

    ClusterError
    ├── NotFound         the object, or the kind itself, does not exist: gather again
    ├── AlreadyExists    somebody made it first: read it
    ├── Conflict         it changed since it was read, or others own the field: read it again
    ├── Expired          the resourceVersion or page is too old for the server: list again
    ├── Invalid          the server refuses the object as written: waiting does not help
    ├── Forbidden        the credentials do not allow it: an administrator has to act
    ├── Unavailable      no answer, or one that says "later": try again, after `retry_after`
    └── NotConfigured    no cluster is named anywhere: the message says how to name one

The message is the server's own where there is one, since it names field and rule.
"""

from __future__ import annotations

from datetime import timedelta


class ClusterError(Exception):
    """A call to the API server failed; the text is fit to be shown to a person."""


class NotFound(ClusterError):
    """404: `of_object` says that an object does not exist; else it is its kind that does not."""

    def __init__(self, message: str, *, of_object: bool = True) -> None:
        super().__init__(message)
        self.of_object = of_object


class AlreadyExists(ClusterError):
    """409 on create: an object of this name is there."""


class Conflict(ClusterError):
    """409: the resourceVersion, the uid or the owner of a field is not what the caller assumed."""


class Expired(ClusterError):
    """410: the resourceVersion or the continue token is older than what the server keeps."""


class Invalid(ClusterError):
    """400 or 422: the object breaks a rule of its kind, which the message names."""


class Forbidden(ClusterError):
    """401 or 403: the credentials are missing, outdated or not allowed to do this."""


class Unavailable(ClusterError):
    """No usable answer: no connection, no answer in time, 5xx, or 429.

    Whether a write took place is not known. `retry_after` is what the server asked for, if it did.
    """

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotConfigured(ClusterError):
    """Neither a kubeconfig nor a pod's service account says where the API server is."""
