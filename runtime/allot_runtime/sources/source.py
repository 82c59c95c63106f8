"""What every remote source can do: list its files, and open a file at any byte."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from allot_api.trained_model import ModelFile


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a source, as the source describes it.

    `validator` changes when the bytes do; it is empty where they cannot, as in a commit.
    A file that `takes_ranges` can be opened in the middle.
    """

    path: str
    size: int
    sha256: str | None = None
    validator: str = ""
    takes_ranges: bool = True


@dataclass(frozen=True, slots=True)
class Opened:
    """The bytes of a file from `start` on, which is 0 where a source cannot do better."""

    start: int
    validator: str
    chunks: Iterator[bytes]


class Source(Protocol):
    """A place that files are fetched from. Both methods raise SourceFault, and block."""

    def list_files(self, declared: Sequence[ModelFile]) -> tuple[RemoteFile, ...]:
        """Return the files of the source, of which the TrainedModel declares some."""
        ...

    def open(self, file: RemoteFile, start: int, end: int) -> AbstractContextManager[Opened]:
        """Open the bytes of a file in [start, end), or more of them; `end` is above `start`."""
        ...
