"""Object stores: S3 and what speaks like it, Google's and Azure's, by one client for all.

Endpoint, region and credentials come by the variables that the stores' own tools know
(AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, GOOGLE_SERVICE_ACCOUNT_KEY,
AZURE_STORAGE_ACCOUNT_NAME and so on), or from the machine's identity.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import obstore
from obstore.exceptions import (
    BaseError,
    NotFoundError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import from_url

from allot_api.trained_model import ModelFile
from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.locator import BucketLocator
from allot_runtime.sources.redaction import redact
from allot_runtime.sources.source import Opened, RemoteFile

CHUNK_BYTES = 256 * 1024
REMEDY = "put the store's credentials into the Secret that source.secretRef names"
# Where a store's client asks for the machine's identity when it is given no credentials.
IDENTITY_PLACES = ("169.254.169.254", "metadata.google.internal")
# The client's own retries only bridge a moment: ours tell the user what they wait for.
RETRIES: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=15)}


class BucketSource:
    """A folder of a bucket, in which the declared files lie."""

    def __init__(self, locator: BucketLocator) -> None:
        self._url = locator.url
        try:
            self._store = from_url(locator.url, retry_config=RETRIES)
        except (BaseError, OSError, ValueError) as error:
            raise SourceFault(
                SourceReason.INVALID_SOURCE,
                f"the store of {locator.url} cannot be set up: {say(error)}: {REMEDY}",
            ) from error

    def list_files(self, declared: Sequence[ModelFile]) -> tuple[RemoteFile, ...]:
        """Return the declared files with their sizes and entity tags."""
        return tuple(self._look_up(file.path) for file in declared)

    @contextmanager
    def open(self, file: RemoteFile, start: int, end: int) -> Iterator[Opened]:
        """Open a file's bytes in [start, end)."""
        with self._translating(file.path):
            answer = obstore.get(self._store, file.path, options={"range": (start, end)})
            begin, tag = answer.range[0], answer.meta["e_tag"] or ""
        yield Opened(begin, tag, self._chunks(answer, file.path))

    def _look_up(self, path: str) -> RemoteFile:
        with self._translating(path):
            found = obstore.head(self._store, path)
        return RemoteFile(path, found["size"], None, found["e_tag"] or "")

    def _chunks(self, answer: Any, path: str) -> Iterator[bytes]:
        with self._translating(path):
            for chunk in answer.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(chunk)

    @contextmanager
    def _translating(self, path: str) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError, ValueError) as error:
            raise translate(error, f"{self._url}/{path}".rstrip("/")) from error


def translate(error: Exception, what: str) -> SourceFault:
    """Put what the client raised in our words: a reason, and whether it may pass."""
    said = say(error)
    match error:
        case NotFoundError() | FileNotFoundError():
            return SourceFault(SourceReason.NOT_FOUND, f"the source has no {what}")
        case PermissionDeniedError() | UnauthenticatedError():
            message = f"the store refuses {what}: {REMEDY}: {said}"
            return SourceFault(SourceReason.UNAUTHORIZED, message)
        case _ if any(place in said for place in IDENTITY_PLACES):
            message = f"no credentials are given for {what}, and the node has none: {REMEDY}"
            return SourceFault(SourceReason.UNAUTHORIZED, message, may_pass=True)
        case _:
            message = f"{what} could not be read: {said}"
            return SourceFault(SourceReason.UNREACHABLE, message, may_pass=True)


def say(error: Exception) -> str:
    """Return an error's first line, without what is secret in it."""
    return redact(str(error).splitlines()[0] if str(error) else type(error).__name__)
