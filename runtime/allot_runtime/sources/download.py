"""Fetches a source's files into a folder: several ranges at once, resumed, checked by sha256."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.partial import PartialFiles, Segment, cut
from allot_runtime.sources.progress import Meter
from allot_runtime.sources.source import RemoteFile, Source

logger = logging.getLogger(__name__)

WORKERS = 4
READ_BYTES = 2**20


class Stopped(Exception):
    """Another thread of the same download has failed."""


@dataclass(slots=True)
class Fingerprint:
    """The sha256 of a file, computed while its bytes arrive, as far as they are here in order."""

    path: Path
    segments: tuple[Segment, ...]
    _sum: hashlib._Hash = field(init=False, default_factory=hashlib.sha256)
    _hashed: int = field(init=False, default=0)
    _whole: set[int] = field(init=False, default_factory=set)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def finish(self, segment: Segment) -> None:
        """Note that a segment is whole, and hash what is whole before it and after."""
        with self._lock, self.path.open("rb") as file:
            self._whole.add(segment.start)
            while self._hashed < len(self.segments):
                following = self.segments[self._hashed]
                if following.start not in self._whole:
                    return
                file.seek(following.start)
                for at in range(following.start, following.end, READ_BYTES):
                    self._sum.update(file.read(min(READ_BYTES, following.end - at)))
                self._hashed += 1

    def hexdigest(self) -> str:
        """Return the sha256 of the whole file."""
        return self._sum.hexdigest()


class Downloader:
    """One download of one model. Blocks; its threads end with it."""

    def __init__(self, source: Source, partial: PartialFiles, meter: Meter) -> None:
        self._source = source
        self._partial = partial
        self._meter = meter
        self._stop = threading.Event()

    def fetch(self, files: Sequence[RemoteFile]) -> Mapping[str, str]:
        """Return the sha256 of each file once all are here and right; raises SourceFault.

        A file that was put together from several answers gets a second try from its first byte.
        """
        sums = self._fetch_all(files)
        wrong = self._discard_wrong(files, sums, is_last=False)
        if wrong:
            logger.warning("%s: put together wrong, fetched anew", [one.path for one in wrong])
            self._partial.expect(files)
            sums |= self._fetch_all(wrong)
            self._discard_wrong(wrong, sums, is_last=True)
        return sums

    def _discard_wrong(
        self, files: Sequence[RemoteFile], sums: Mapping[str, str], *, is_last: bool
    ) -> list[RemoteFile]:
        """Delete the files that are not what was declared, and return those worth another try."""
        wrong = [file for file in files if file.sha256 not in (None, sums[file.path])]
        hopeless = [one for one in wrong if is_last or not self._partial.is_pieced(one.path)]
        for file in wrong:
            self._meter.add(-self._partial.drop(file.path))
        self._partial.save()
        if hopeless:
            raise _mismatch(hopeless[0], sums[hopeless[0].path])
        return wrong

    def _fetch_all(self, files: Sequence[RemoteFile]) -> dict[str, str]:
        prints = {
            file.path: Fingerprint(self._partial.files / file.path, cut(file)) for file in files
        }
        # The small ones first: what is wrong with a config.json is known at once.
        segments = [one for file in sorted(files, key=lambda file: file.size) for one in cut(file)]
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="download") as pool:
            futures = [pool.submit(self._fill, one, prints[one.file.path]) for one in segments]
            wait(futures, return_when=FIRST_EXCEPTION)
            self._stop.set()
            for future in futures:
                future.cancel()
        self._stop.clear()
        self._partial.save()
        _raise_first(futures)
        return {path: one.hexdigest() for path, one in prints.items()}

    def _fill(self, segment: Segment, fingerprint: Fingerprint) -> None:
        """Bring a segment's missing bytes; a cut connection is mended as long as bytes come."""
        at = self._partial.position(segment)
        while at < segment.end:
            before = at
            try:
                self._read(segment, at)
            except SourceFault as fault:
                at = self._partial.position(segment)
                if not fault.may_pass or at == before or fault.reason is SourceReason.NO_SPACE:
                    raise
                logger.info("%s: cut off at byte %d: %s", segment.file.path, at, fault)
                self._partial.mark_pieced(segment.file.path)
            else:
                at = self._partial.position(segment)
                if at == before:
                    raise _ended_early(segment, at)
        fingerprint.finish(segment)

    def _read(self, segment: Segment, at: int) -> None:
        file = segment.file
        with self._source.open(file, at, segment.end) as opened:
            if file.validator and opened.validator != file.validator:
                self._partial.mark_pieced(file.path)
            begin = opened.start
            for chunk in opened.chunks:
                if self._stop.is_set():
                    raise Stopped
                # A source that knows no ranges begins at 0: what is here already is let pass by.
                wanted = chunk[max(0, at - begin) : segment.end - begin]
                begin += len(chunk)
                if wanted:
                    self._partial.write(segment, at, wanted)
                    self._meter.add(len(wanted))
                    at += len(wanted)
                # Read to its end an answer leaves its connection to the next one.
                if begin > segment.end:
                    return


def _mismatch(file: RemoteFile, found: str) -> SourceFault:
    return SourceFault(
        SourceReason.CHECKSUM_MISMATCH,
        f"{file.path} has sha256 {found} where it must be {file.sha256}: it is not the file that "
        "was meant, or it was damaged on the way",
    )


def _ended_early(segment: Segment, at: int) -> SourceFault:
    return SourceFault(
        SourceReason.UNREACHABLE,
        f"the source sends nothing of {segment.file.path} from byte {at} on",
        may_pass=True,
    )


def _raise_first(futures: Sequence[Future[None]]) -> None:
    """Raise what went wrong first, if anything did."""
    errors = [future.exception() for future in futures if not future.cancelled()]
    real = [error for error in errors if error is not None and not isinstance(error, Stopped)]
    if real:
        raise real[0]
