"""Fetch a repository's files from a model hub by its own client, at one commit.

The client resumes, keeps to HF_ENDPOINT, HF_TOKEN and the proxy variables, and publishes
each file in its cache by a rename; so a pod that was killed goes on where it was.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.checking import check_complete, is_served
from allot_runtime.sources.locator import HubLocator
from allot_runtime.sources.progress import Measure, Progress

TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500


def fetch_from_hub(locator: HubLocator, cache: Path, announce: Callable[[Measure], None]) -> Path:
    """Return the folder of a repository's files, fetching what is not in the cache.

    `announce` is given a measure of the bytes as soon as their total is known.
    Raises SourceFault. Blocks; meant for a thread of its own.
    """
    # The hub's own large-file protocol talks to further hosts, which mirrors do not have.
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        return _fetch(locator, cache, announce)
    except (HfHubHTTPError, EntryNotFoundError, httpx2.HTTPError, OSError) as error:
        raise translate(error, locator) from error


def _fetch(locator: HubLocator, cache: Path, announce: Callable[[Measure], None]) -> Path:
    found = HfApi().model_info(locator.repository, revision=locator.revision, files_metadata=True)
    sizes = {
        file.rfilename: file.size or 0 for file in found.siblings or [] if is_served(file.rfilename)
    }
    check_complete(sizes, f"{locator.repository}@{locator.revision}")
    total = sum(sizes.values())
    blobs = cache / f"models--{locator.repository.replace('/', '--')}" / "blobs"
    announce(lambda: Progress(min(total, measure_bytes(blobs)), total))
    paths = [
        hf_hub_download(locator.repository, name, revision=locator.revision, cache_dir=cache)
        for name in sorted(sizes, key=sizes.__getitem__)
    ]
    return Path(paths[0]).parent


def measure_bytes(blobs: Path) -> int:
    """Return how many bytes of a repository are on disk, unfinished files among them."""
    try:
        return sum(entry.stat().st_size for entry in os.scandir(blobs))
    except OSError:
        # Not begun, or a file was renamed while we looked: the next look will tell.
        return 0


def translate(error: Exception, locator: HubLocator) -> SourceFault:
    """Put what the hub's client raised in our words: a reason, and whether it may pass."""
    where = f"{locator.repository}@{locator.revision}"
    match error:
        case GatedRepoError():
            message = f"{where} is gated: accept its terms, and give the pod HF_TOKEN"
            return SourceFault(SourceReason.UNAUTHORIZED, message)
        case RepositoryNotFoundError() if _status(error) == httpx2.codes.UNAUTHORIZED:
            message = f"{where} is not there, or is private: give the pod HF_TOKEN to see it"
            return SourceFault(SourceReason.UNAUTHORIZED, message)
        case RepositoryNotFoundError() | RevisionNotFoundError() | EntryNotFoundError():
            return SourceFault(SourceReason.NOT_FOUND, f"the hub has no {where}")
        case HfHubHTTPError():
            return _translate_status(error, where)
        case OSError() if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = f"no room in the cache for {where}: {error.strerror}"
            return SourceFault(SourceReason.NO_SPACE, message, may_pass=True)
        case _:
            message = f"the hub could not be reached for {where}: {error}"
            return SourceFault(SourceReason.UNREACHABLE, message, may_pass=True)


def _translate_status(error: HfHubHTTPError, where: str) -> SourceFault:
    status = _status(error)
    if status in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
        return SourceFault(SourceReason.UNAUTHORIZED, f"the hub refuses {where}: {status}")
    if status == TOO_MANY_REQUESTS or status >= SERVER_ERROR or not status:
        message = f"the hub answered {status or 'nothing'} for {where}"
        return SourceFault(SourceReason.UNREACHABLE, message, may_pass=True)
    return SourceFault(SourceReason.NOT_FOUND, f"the hub answered {status} for {where}")


def _status(error: HfHubHTTPError) -> int:
    response = getattr(error, "response", None)
    return 0 if response is None else int(response.status_code)
