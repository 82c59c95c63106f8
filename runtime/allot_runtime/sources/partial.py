"""Files that are not whole yet, and which of their bytes are here: what a resume goes on from.

    partial/KEY/state.json           validator, size and finished bytes of every file
    partial/KEY/files/model.safetensors

A file is cut into segments of a fixed size, each filled from its start, so that one number for
each says which bytes are here. What a crash of the machine may lose in between is found by sha256.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ValidationError

from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.progress import Progress
from allot_runtime.sources.source import RemoteFile

logger = logging.getLogger(__name__)

SEGMENT_BYTES = 16 * 2**20
SAVE_SECONDS = 1.0
STATE_NAME, FILES_NAME = "state.json", "files"


class PartialFile(BaseModel):
    """What is here of one file: the count of bytes from each segment's start.

    `is_pieced` is true once its bytes came by several answers that may not be of one version.
    """

    size: int
    validator: str
    filled: dict[int, int] = {}
    is_pieced: bool = False

    @property
    def done(self) -> int:
        """Return how many bytes are here."""
        return sum(self.filled.values())


class _State(BaseModel):
    total: int = 0
    files: dict[str, PartialFile] = {}


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a file: the bytes in [start, end)."""

    file: RemoteFile
    start: int
    end: int


def cut(file: RemoteFile, segment_bytes: int = SEGMENT_BYTES) -> tuple[Segment, ...]:
    """Return the segments of a file; one that takes no ranges has a single one."""
    if not file.takes_ranges or file.size <= segment_bytes:
        return (Segment(file, 0, file.size),)
    starts = range(0, file.size, segment_bytes)
    return tuple(Segment(file, at, min(at + segment_bytes, file.size)) for at in starts)


def read_progress(folder: Path) -> Progress:
    """Return how far a download is that another process does."""
    state = _read_state(folder / STATE_NAME)
    return Progress(sum(one.done for one in state.files.values()), state.total or None)


@dataclass(slots=True)
class PartialFiles:
    """The unfinished files of one model. Safe from several threads, in one process."""

    folder: Path
    _state: _State = field(init=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _saved: float = field(init=False, default=0.0)
    _descriptors: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Read what an earlier process left."""
        with telling_of_room(self.files):
            self.files.mkdir(parents=True, exist_ok=True)
        self._state = _read_state(self.folder / STATE_NAME)

    @property
    def files(self) -> Path:
        """Return the folder that the files lie in."""
        return self.folder / FILES_NAME

    def expect(self, files: Iterable[RemoteFile]) -> int:
        """Begin with these files; return how many of their bytes are here already.

        What is of another version of a file, or of another way to cut it, is thrown away.
        """
        wanted = {file.path: file for file in files}
        for path in [*self._state.files]:
            if path not in wanted or not self._goes_on(wanted[path]):
                self.drop(path)
        for path, file in wanted.items():
            entry = self._state.files.setdefault(
                path, PartialFile(size=file.size, validator=file.validator)
            )
            entry.is_pieced = entry.is_pieced or entry.done > 0
            with telling_of_room(self.files / path):
                (self.files / path).parent.mkdir(parents=True, exist_ok=True)
                self._open(path)
        self._state.total = sum(file.size for file in wanted.values())
        self.save()
        return sum(entry.done for entry in self._state.files.values())

    def position(self, segment: Segment) -> int:
        """Return the first byte of a segment that is not here."""
        return segment.start + self._state.files[segment.file.path].filled.get(segment.start, 0)

    def write(self, segment: Segment, at: int, chunk: bytes) -> None:
        """Put bytes at their place."""
        path = self.files / segment.file.path
        with telling_of_room(path):
            os.pwrite(self._descriptors[segment.file.path], chunk, at)
        with self._lock:
            entry = self._state.files[segment.file.path]
            entry.filled[segment.start] = at + len(chunk) - segment.start
            is_due = time.monotonic() - self._saved >= SAVE_SECONDS
        if is_due:
            self.save()

    def mark_pieced(self, path: str) -> None:
        """Note that a file's bytes come by several answers."""
        self._state.files[path].is_pieced = True

    def is_pieced(self, path: str) -> bool:
        """Whether a file's bytes came by several answers."""
        return self._state.files[path].is_pieced

    def drop(self, path: str) -> int:
        """Throw a file away; return how many bytes that were."""
        entry = self._state.files.pop(path, None)
        if path in self._descriptors:
            os.close(self._descriptors.pop(path))
        (self.files / path).unlink(missing_ok=True)
        return entry.done if entry else 0

    def save(self) -> None:
        """Write down what is here, in one step."""
        with self._lock:
            self._saved = time.monotonic()
            text = self._state.model_dump_json()
            fresh = self.folder / f"{STATE_NAME}.new"
            with telling_of_room(fresh):
                fresh.write_text(text, encoding="utf-8")
                fresh.replace(self.folder / STATE_NAME)

    def close(self) -> None:
        """Close all files; what is here stays."""
        for path in [*self._descriptors]:
            os.close(self._descriptors.pop(path))

    def _open(self, path: str) -> None:
        # Opening a file for every chunk would cost more than writing it.
        if path not in self._descriptors:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._descriptors[path] = os.open(self.files / path, flags, 0o644)

    def _goes_on(self, file: RemoteFile) -> bool:
        entry, path = self._state.files[file.path], self.files / file.path
        if (entry.size, entry.validator) != (file.size, file.validator):
            logger.info("%s has changed at its source: it is fetched anew", file.path)
            return False
        return path.is_file() and entry.filled.keys() <= {one.start for one in cut(file)}


def _read_state(path: Path) -> _State:
    try:
        return _State.model_validate_json(path.read_bytes())
    except (OSError, ValidationError, json.JSONDecodeError):
        return _State()


@contextmanager
def telling_of_room(path: Path) -> Iterator[None]:
    """Turn what a volume refuses into a SourceFault (NoSpace) with its reason."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = f"no room in the cache for {path.name}: {error.strerror}"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            message = (
                f"the cache at {path.parent} cannot be written to by user {os.getuid()}: "
                f"{error.strerror}: give the folder to that user"
            )
        else:
            raise
        raise SourceFault(SourceReason.NO_SPACE, message, may_pass=True) from error
