"""A repository of a model hub, at one commit: listed by the hub's client, fetched like any URL.

The client keeps to HF_ENDPOINT and HF_TOKEN, which name a mirror and open a gated repository.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager

import httpx2
from huggingface_hub import HfApi, get_token, hf_hub_url
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from allot_api.terms import WeightsFormat
from allot_api.trained_model import ModelFile
from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.checking import is_served
from allot_runtime.sources.locator import HubLocator
from allot_runtime.sources.source import Opened, RemoteFile
from allot_runtime.sources.web import WebReader

TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500
REMEDY = "put HF_TOKEN into the Secret that source.secretRef names"


class HubSource:
    """The files of a repository that take part in serving, and those that are declared."""

    def __init__(self, locator: HubLocator, weights: WeightsFormat) -> None:
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        self._locator = locator
        self._format = weights
        base = hf_hub_url(locator.repository, "", revision=locator.revision).rstrip("/")
        token = get_token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._reader = WebReader(base, headers, REMEDY)

    def list_files(self, declared: Sequence[ModelFile]) -> tuple[RemoteFile, ...]:
        """Return the files with their sizes, and the hub's own sha256 of the large ones."""
        names = {file.path for file in declared}
        try:
            found = HfApi().model_info(
                self._locator.repository, revision=self._locator.revision, files_metadata=True
            )
        except (HfHubHTTPError, EntryNotFoundError, httpx2.HTTPError, OSError) as error:
            raise translate(error, self._locator) from error
        return tuple(
            RemoteFile(
                file.rfilename,
                # A mirror may leave sizes out.
                self._reader.probe(file.rfilename).size if file.size is None else file.size,
                file.lfs.sha256 if file.lfs else None,
            )
            for file in found.siblings or []
            if is_served(file.rfilename, self._format) or file.rfilename in names
        )

    def open(self, file: RemoteFile, start: int, end: int) -> AbstractContextManager[Opened]:
        """Open a file at a byte."""
        return self._reader.open(file.path, start, end)


def translate(error: Exception, locator: HubLocator) -> SourceFault:
    """Put what the hub's client raised in our words: a reason, and whether it may pass."""
    where = f"{locator.repository}@{locator.revision}"
    match error:
        case GatedRepoError():
            message = f"{where} is gated: accept its terms, and {REMEDY}"
            return SourceFault(SourceReason.UNAUTHORIZED, message)
        case RepositoryNotFoundError() if _status(error) == httpx2.codes.UNAUTHORIZED:
            message = f"{where} is not there, or is private: to see it, {REMEDY}"
            return SourceFault(SourceReason.UNAUTHORIZED, message)
        case RepositoryNotFoundError() | RevisionNotFoundError() | EntryNotFoundError():
            return SourceFault(SourceReason.NOT_FOUND, f"the hub has no {where}")
        case HfHubHTTPError():
            return _translate_status(error, where)
        case _:
            message = f"the hub could not be reached for {where}: {error}"
            return SourceFault(SourceReason.UNREACHABLE, message, may_pass=True)


def _translate_status(error: HfHubHTTPError, where: str) -> SourceFault:
    status = _status(error)
    if status in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
        message = f"the hub answered {status} for {where}: {REMEDY}"
        return SourceFault(SourceReason.UNAUTHORIZED, message)
    if status == TOO_MANY_REQUESTS or status >= SERVER_ERROR or not status:
        message = f"the hub answered {status or 'nothing'} for {where}"
        return SourceFault(SourceReason.UNREACHABLE, message, may_pass=True)
    return SourceFault(SourceReason.NOT_FOUND, f"the hub answered {status} for {where}")


def _status(error: HfHubHTTPError) -> int:
    response = getattr(error, "response", None)
    return 0 if response is None else int(response.status_code)
