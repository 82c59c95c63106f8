"""From a TrainedModel's source to a folder of checked files and the digest that names them."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from tenacity import RetryCallState, Retrying, retry_if_exception

from allot_api.trained_model import ModelSource
from allot_runtime.errors import SourceFault
from allot_runtime.sources.cache import Cache
from allot_runtime.sources.checking import (
    check_complete,
    check_sizes,
    check_sums,
    compute_digest,
    compute_sha256,
    list_served,
)
from allot_runtime.sources.folders import find_folder, list_names
from allot_runtime.sources.locator import FolderLocator, parse_uri
from allot_runtime.sources.progress import Announce, Progress
from allot_runtime.sources.remote import Fetched, RemoteFetch, open_source

logger = logging.getLogger(__name__)

FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS, JITTER_SECONDS = 1.0, 60.0, 1.0


@dataclass(frozen=True, slots=True)
class FetchedModel:
    """Files that are here and are what they should be."""

    folder: Path
    digest: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a fetch needs of its process: where to keep files, whom to tell."""

    cache: Path
    locate: Callable[[Path], Path]
    announce: Announce
    report: Callable[[SourceFault], None]
    cache_limit: int | None = None
    claim: Path = Path("/var/lib/allot/claim")
    token: SecretStr | None = None


def fetch_patiently(source: ModelSource, around: Surroundings) -> FetchedModel:
    """Return the model's files, trying again for as long as that may help.

    Raises SourceFault when it will not. Blocks; meant for a thread of its own.
    """
    retrying = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, SourceFault) and error.may_pass),
        wait=_choose_wait,
        before_sleep=lambda state: _tell(state, around),
        reraise=True,
    )
    # One for all tries: it holds the model's place in the cache.
    cache = Cache(around.cache, around.cache_limit)
    return retrying(fetch_model, source, around, cache)


def fetch_model(source: ModelSource, around: Surroundings, cache: Cache) -> FetchedModel:
    """Fetch once and check everything; raises SourceFault."""
    locator = parse_uri(source.uri)
    if isinstance(locator, FolderLocator):
        fetched = _take_folder(locator, source, around)
    else:
        opened = open_source(locator, source, around.token)
        fetched = RemoteFetch(source, cache, around.announce).fetch(opened)
    check_sums(fetched.sums, source.files or [])
    size = sum((fetched.folder / name).stat().st_size for name in fetched.sums)
    return FetchedModel(fetched.folder, compute_digest(fetched.sums), size)


def _take_folder(locator: FolderLocator, source: ModelSource, around: Surroundings) -> Fetched:
    """Return a folder's files, which are used where they lie."""
    declared = source.files or []
    folder = find_folder(locator, around.locate, around.claim)
    check_complete(list_names(folder), source.uri, source.format)
    names = list_served(folder, source.format)
    check_sizes(folder, declared)
    size = sum((folder / name).stat().st_size for name in names)
    around.announce(lambda: Progress(size, size))
    served = {*names, *(file.path for file in declared)}
    return Fetched(folder, {name: compute_sha256(folder / name) for name in sorted(served)})


def choose_delay(failures: int, retry_after: float | None, jitter: float) -> float:
    """Return how long to wait after so many failures in a row, in seconds.

    At least as long as the source asked for; `jitter`, from 0 to 1, spreads pods that failed
    together.
    """
    doubled = FIRST_DELAY_SECONDS * 2.0 ** min(failures - 1, 16)
    return max(min(doubled, LONGEST_DELAY_SECONDS), retry_after or 0.0) + jitter * JITTER_SECONDS


def _choose_wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after_seconds if isinstance(error, SourceFault) else None
    return choose_delay(state.attempt_number, asked, random.random())


def _tell(state: RetryCallState, around: Surroundings) -> None:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, SourceFault):
        logger.warning("%s: %s; trying again in %.0f s", error.reason, error, state.upcoming_sleep)
        around.report(error)
