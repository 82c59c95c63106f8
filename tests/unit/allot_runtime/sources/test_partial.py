from __future__ import annotations

import errno
from pathlib import Path

import pytest

from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.partial import (
    STATE_NAME,
    PartialFiles,
    Segment,
    cut,
    read_progress,
    telling_of_room,
)
from allot_runtime.sources.progress import Progress
from allot_runtime.sources.source import RemoteFile

FILE = RemoteFile("a", 10, None, "v1")


def test_files_are_cut_where_they_can_be_opened() -> None:
    large = RemoteFile("a", 25)

    assert [(one.start, one.end) for one in cut(large, 10)] == [(0, 10), (10, 20), (20, 25)]
    assert cut(RemoteFile("a", 25, takes_ranges=False), 10) == (
        Segment(RemoteFile("a", 25, takes_ranges=False), 0, 25),
    )
    assert [(one.start, one.end) for one in cut(RemoteFile("a", 0))] == [(0, 0)]


def test_what_is_here_survives_the_process(tmp_path: Path) -> None:
    partial = PartialFiles(tmp_path)
    assert partial.expect([FILE]) == 0
    (segment,) = cut(FILE)
    partial.write(segment, 0, b"0123")
    partial.save()

    later = PartialFiles(tmp_path)

    assert later.expect([FILE]) == 4
    assert later.position(segment) == 4
    assert later.is_pieced("a")
    assert read_progress(tmp_path) == Progress(4, 10)


@pytest.mark.parametrize(
    "changed", [RemoteFile("a", 11, None, "v1"), RemoteFile("a", 10, None, "v2")]
)
def test_what_is_of_another_version_is_thrown_away(tmp_path: Path, changed: RemoteFile) -> None:
    partial = PartialFiles(tmp_path)
    partial.expect([FILE])
    partial.write(cut(FILE)[0], 0, b"0123")

    assert partial.expect([changed]) == 0
    assert (tmp_path / "files" / "a").read_bytes() == b""


def test_what_is_no_longer_wanted_is_thrown_away(tmp_path: Path) -> None:
    partial = PartialFiles(tmp_path)
    partial.expect([FILE, RemoteFile("b", 1)])

    partial.expect([FILE])

    assert [path.name for path in (tmp_path / "files").iterdir()] == ["a"]


def test_a_damaged_state_is_a_new_beginning(tmp_path: Path) -> None:
    (tmp_path / STATE_NAME).write_text("{")

    assert PartialFiles(tmp_path).expect([FILE]) == 0
    assert read_progress(tmp_path / "nowhere") == Progress(0, None)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no room in the cache for a"),
        (errno.EDQUOT, "no room in the cache for a"),
        (errno.EACCES, "cannot be written to by user"),
        (errno.EROFS, "cannot be written to by user"),
    ],
)
def test_what_the_volume_refuses_is_no_space(number: int, words: str) -> None:
    with pytest.raises(SourceFault, match=words) as fault, telling_of_room(Path("/cache/a")):
        raise OSError(number, "because")

    assert (fault.value.reason, fault.value.may_pass) == (SourceReason.NO_SPACE, True)


def test_other_errors_of_the_volume_are_not_hidden() -> None:
    with pytest.raises(OSError, match="because"), telling_of_room(Path("/cache/a")):
        raise OSError(errno.EIO, "because")
