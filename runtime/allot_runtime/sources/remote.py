"""From a remote source to a model in the cache: what is there is used, the rest is fetched."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never

from pydantic import SecretStr

from allot_api.trained_model import ModelFile, ModelSource
from allot_runtime.sources.cache import Cache, choose_key
from allot_runtime.sources.checking import check_complete, check_remote, compute_sha256
from allot_runtime.sources.download import Downloader
from allot_runtime.sources.locator import BucketLocator, HubLocator, RemoteLocator, WebLocator
from allot_runtime.sources.partial import PartialFiles, read_progress
from allot_runtime.sources.progress import Announce, Meter, Progress
from allot_runtime.sources.redaction import redact
from allot_runtime.sources.source import RemoteFile, Source

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A model's folder in the cache, and the sha256 of its files as they are now."""

    folder: Path
    sums: dict[str, str]


def open_source(locator: RemoteLocator, source: ModelSource, token: SecretStr | None) -> Source:
    """Return the source that a locator names. Its client is imported only here."""
    match locator:
        case HubLocator():
            from allot_runtime.sources.hub import HubSource

            return HubSource(locator, source.format)
        case WebLocator(url):
            from allot_runtime.sources.web import WebSource

            return WebSource(url, token.get_secret_value() if token else None)
        case BucketLocator():
            from allot_runtime.sources.buckets import BucketSource

            return BucketSource(locator)
        case _:
            assert_never(locator)


@dataclass(frozen=True, slots=True)
class RemoteFetch:
    """One model that is fetched into one cache."""

    source: ModelSource
    cache: Cache
    announce: Announce

    def fetch(self, opened: Source) -> Fetched:
        """Return the model from the cache, fetched first if it is not there; raises SourceFault."""
        key = choose_key(self.source)
        self.cache.use(key)
        found = self._take(key)
        if found is not None:
            return found
        with self.cache.fetching(key, self._watch) as partial:
            # Another pod may have brought it while we waited.
            return self._take(key) or self._download(key, opened, partial)

    def _take(self, key: str) -> Fetched | None:
        """Return the model if it is there and still is what was fetched."""
        found = self.cache.find(key)
        if found is None:
            return None
        folder, manifest = found
        total = sum(manifest.sizes.values())
        self.announce(lambda: Progress(total, total))
        sums = {name: compute_sha256(folder / name) for name in manifest.sums}
        if sums != manifest.sums:
            logger.warning("%s was damaged in the cache: it is fetched anew", folder)
            self.cache.drop(key)
            return None
        return Fetched(folder, sums)

    def _download(self, key: str, opened: Source, folder: Path) -> Fetched:
        declared = self.source.files or []
        files = with_digests(opened.list_files(declared), declared)
        uri = redact(self.source.uri)
        check_complete((file.path for file in files), uri, self.source.format)
        check_remote(files, declared, uri)
        with closing(PartialFiles(folder)) as partial:
            here, total = partial.expect(files), sum(file.size for file in files)
            self.cache.make_room(total - here, total)
            meter = Meter(here, total)
            self.announce(meter.measure)
            sums = Downloader(opened, partial, meter).fetch(files)
        return Fetched(self.cache.publish(key, folder, uri, sums), dict(sums))

    def _watch(self, partial: Path) -> None:
        """Show the progress of the pod that fetches."""
        logger.info("another pod fetches the model into the cache: waiting for it")
        self.announce(lambda: read_progress(partial))


def with_digests(
    files: Sequence[RemoteFile], declared: Sequence[ModelFile]
) -> tuple[RemoteFile, ...]:
    """Return the files with the digests that the TrainedModel declares, before the source's own."""
    said = {file.path: file.sha256 for file in declared if file.sha256 is not None}
    return tuple(replace(file, sha256=said.get(file.path, file.sha256)) for file in files)
