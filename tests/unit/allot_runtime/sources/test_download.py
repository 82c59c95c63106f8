from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.download import Downloader, Fingerprint
from allot_runtime.sources.partial import SEGMENT_BYTES, PartialFiles, cut
from allot_runtime.sources.progress import Meter
from allot_runtime.sources.source import Opened, RemoteFile

CONTENT = bytes(range(256)) * 1000


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def cut_off() -> SourceFault:
    return SourceFault(SourceReason.UNREACHABLE, "cut", may_pass=True)


@dataclass
class Memory:
    """A source in memory; the first `cuts` answers end in a fault after `cut_after` bytes."""

    files: dict[str, bytes]
    takes_ranges: bool = True
    cuts: int = 0
    cut_after: int = 1000
    validator: str = "v1"
    after_cut: dict[str, bytes] = field(default_factory=dict)
    opened: list[tuple[str, int]] = field(default_factory=list)

    def list_files(self, declared: object) -> tuple[RemoteFile, ...]:
        return tuple(
            RemoteFile(path, len(content), sha256(content), self.validator, self.takes_ranges)
            for path, content in self.files.items()
        )

    @contextmanager
    def open(self, file: RemoteFile, start: int, end: int) -> Iterator[Opened]:
        self.opened.append((file.path, start))
        begin = start if self.takes_ranges else 0
        yield Opened(begin, self.validator, self._chunks(file.path, begin, end))

    def _chunks(self, path: str, begin: int, end: int) -> Iterator[bytes]:
        content = self.files[path][begin:end]
        self.cuts -= 1
        if self.cuts >= 0:
            yield content[: self.cut_after]
            self.files.update(self.after_cut)
            raise cut_off()
        for at in range(0, len(content), 777):
            yield content[at : at + 777]


def download(source: Memory, folder: Path, files: tuple[RemoteFile, ...]) -> dict[str, str]:
    partial = PartialFiles(folder)
    here = partial.expect(files)
    meter = Meter(here, sum(file.size for file in files))
    sums = dict(Downloader(source, partial, meter).fetch(files))
    assert meter.measure().bytes_done == meter.measure().bytes_total
    return sums


def test_files_arrive_whole_with_their_sums(tmp_path: Path) -> None:
    source = Memory({"a": CONTENT, "folder/b": b"b", "empty": b""})

    sums = download(source, tmp_path, source.list_files(()))

    assert sums == {path: sha256(content) for path, content in source.files.items()}
    for path, content in source.files.items():
        assert (tmp_path / "files" / path).read_bytes() == content


@pytest.mark.parametrize("takes_ranges", [True, False])
def test_a_cut_connection_goes_on_where_it_was(tmp_path: Path, takes_ranges: bool) -> None:
    source = Memory({"a": CONTENT}, takes_ranges=takes_ranges, cuts=3)
    source.cut_after = 1000 if takes_ranges else 300

    # A source without ranges that always ends at the same byte brings nothing new.
    if not takes_ranges:
        source.cuts = 1
    sums = download(source, tmp_path, source.list_files(()))

    assert sums == {"a": sha256(CONTENT)}
    starts = [start for _, start in source.opened]
    assert starts == ([0, 1000, 2000, 3000] if takes_ranges else [0, 300])


@dataclass
class Fragile(Memory):
    """A source each of whose answers ends after as many bytes as the next of `lengths` says."""

    lengths: list[int] = field(default_factory=list)

    def _chunks(self, path: str, begin: int, end: int) -> Iterator[bytes]:
        content = self.files[path][begin:end]
        length = self.lengths.pop() if self.lengths else len(content)
        for at in range(0, min(length, len(content)), 100):
            yield content[at : min(at + 100, length)]
        if length < len(content):
            raise cut_off()


@given(
    sizes=st.lists(st.integers(0, 3000), min_size=1, max_size=4),
    lengths=st.lists(st.integers(0, 3000), max_size=12),
    takes_ranges=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_cut_the_files_end_up_whole(
    sizes: list[int], lengths: list[int], takes_ranges: bool
) -> None:
    files = {
        f"file{index}": random.Random(size).randbytes(size) for index, size in enumerate(sizes)
    }
    source = Fragile(files, takes_ranges=takes_ranges, lengths=lengths)
    listed = source.list_files(())

    with TemporaryDirectory() as folder:
        sums: dict[str, str] = {}
        for _ in range(len(lengths) + 1):
            with suppress(SourceFault):
                sums = sums or download(source, Path(folder), listed)

        assert sums == {path: sha256(content) for path, content in files.items()}
        for path, content in files.items():
            assert (Path(folder) / "files" / path).read_bytes() == content


def test_a_source_that_brings_nothing_new_is_left_alone_for_a_while(tmp_path: Path) -> None:
    source = Memory({"a": CONTENT}, cuts=99, cut_after=0)

    with pytest.raises(SourceFault, match="cut") as fault:
        download(source, tmp_path, source.list_files(()))

    assert fault.value.may_pass
    assert source.opened == [("a", 0)]


def test_a_later_process_fetches_only_the_rest(tmp_path: Path) -> None:
    source = Memory({"a": CONTENT}, cuts=1, cut_after=5000)
    files = source.list_files(())
    partial = PartialFiles(tmp_path)
    partial.expect(files)
    partial.write(cut(files[0])[0], 0, CONTENT[:5000])
    partial.save()
    source.cuts = 0

    assert PartialFiles(tmp_path).expect(files) == 5000
    sums = download(source, tmp_path, files)

    assert sums == {"a": sha256(CONTENT)}
    assert source.opened == [("a", 5000)]


def test_a_file_that_changed_since_is_fetched_from_its_start(tmp_path: Path) -> None:
    old = Memory({"a": b"x" * len(CONTENT)})
    partial = PartialFiles(tmp_path)
    partial.expect(old.list_files(()))
    partial.write(cut(old.list_files(())[0])[0], 0, old.files["a"][:5000])
    partial.save()
    new = Memory({"a": CONTENT}, validator="v2")

    sums = download(new, tmp_path, new.list_files(()))

    assert sums == {"a": sha256(CONTENT)}
    assert new.opened == [("a", 0)]


def test_a_file_that_changed_amid_a_cut_is_fetched_anew(tmp_path: Path) -> None:
    source = Memory({"a": b"x" * len(CONTENT)}, cuts=1, after_cut={"a": CONTENT})
    files = (RemoteFile("a", len(CONTENT), sha256(CONTENT), "v1"),)

    sums = download(source, tmp_path, files)

    assert sums == {"a": sha256(CONTENT)}
    assert [start for _, start in source.opened] == [0, 1000, 0]


def test_a_wrong_file_is_deleted_and_told_with_both_digests(tmp_path: Path) -> None:
    source = Memory({"a": CONTENT, "b": b"b"})
    files = (RemoteFile("a", len(CONTENT), "0" * 64, "v1"), RemoteFile("b", 1, sha256(b"b"), "v1"))

    with pytest.raises(SourceFault, match=f"{sha256(CONTENT)} where it must be {'0' * 64}") as told:
        download(source, tmp_path, files)

    assert told.value.reason is SourceReason.CHECKSUM_MISMATCH
    assert not told.value.may_pass
    assert [path.name for path in (tmp_path / "files").iterdir()] == ["b"]


def test_large_files_are_fetched_in_several_ranges(tmp_path: Path) -> None:
    content = b"0123456789abcdef" * (SEGMENT_BYTES // 16) + b"rest"
    source = Memory({"a": content})

    sums = download(source, tmp_path, source.list_files(()))

    assert sums == {"a": sha256(content)}
    assert sorted(source.opened) == [("a", 0), ("a", SEGMENT_BYTES)]


def test_a_sum_is_that_of_the_bytes_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(CONTENT)
    segments = cut(RemoteFile("a", len(CONTENT)), segment_bytes=100_000)
    fingerprint = Fingerprint(path, segments)

    for segment in reversed(segments):
        fingerprint.finish(segment)

    assert fingerprint.hexdigest() == sha256(CONTENT)
