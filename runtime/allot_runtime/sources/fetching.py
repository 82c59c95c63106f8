"""From a TrainedModel's source to a folder of checked files and the digest that names them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    wait_exponential_jitter,
)

from allot_api.trained_model import ModelSource
from allot_runtime.errors import SourceFault
from allot_runtime.sources.checking import (
    check_complete,
    check_sizes,
    check_sums,
    compute_digest,
    compute_sha256,
    list_served,
)
from allot_runtime.sources.folders import find_package_folder, require_folder
from allot_runtime.sources.locator import FileLocator, HubLocator, PackageLocator, parse_uri
from allot_runtime.sources.progress import Measure, Progress

logger = logging.getLogger(__name__)

FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class FetchedModel:
    """Files that are here and are what they should be."""

    folder: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a fetch needs of its process: where to keep files, whom to tell."""

    cache: Path
    locate: Callable[[Path], Path]
    announce: Callable[[Measure], None]
    report: Callable[[SourceFault], None]


def fetch_patiently(source: ModelSource, around: Surroundings) -> FetchedModel:
    """Return the model's files, trying again for as long as that may help.

    Raises SourceFault when it will not. Blocks; meant for a thread of its own.
    """
    retrying = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, SourceFault) and error.may_pass),
        wait=wait_exponential_jitter(initial=FIRST_DELAY_SECONDS, max=LONGEST_DELAY_SECONDS),
        before_sleep=lambda state: _tell(state, around),
        reraise=True,
    )
    return retrying(fetch_model, source, around)


def fetch_model(source: ModelSource, around: Surroundings) -> FetchedModel:
    """Fetch once and check everything; raises SourceFault."""
    declared = source.files or []
    folder = _fetch_folder(source.uri, around)
    names = list_served(folder)
    check_complete(names, source.uri)
    check_sizes(folder, declared)
    size = sum((folder / name).stat().st_size for name in names)
    around.announce(lambda: Progress(size, size))
    served = {*names, *(file.path for file in declared)}
    sums = {name: compute_sha256(folder / name) for name in sorted(served)}
    check_sums(sums, declared)
    return FetchedModel(folder, compute_digest(sums))


def _fetch_folder(uri: str, around: Surroundings) -> Path:
    match parse_uri(uri):
        case PackageLocator() as locator:
            return find_package_folder(locator)
        case FileLocator(path):
            return require_folder(around.locate(path))
        case HubLocator() as locator:
            # Its client takes 0.3 s to import, which other sources need not wait for.
            from allot_runtime.sources.hub import fetch_from_hub

            around.cache.mkdir(parents=True, exist_ok=True)
            return fetch_from_hub(locator, around.cache, around.announce)


def _tell(state: RetryCallState, around: Surroundings) -> None:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, SourceFault):
        logger.warning("%s: %s; trying again in %.0f s", error.reason, error, state.upcoming_sleep)
        around.report(error)
