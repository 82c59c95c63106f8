from __future__ import annotations

from pathlib import Path

import pytest

from allot_local.node import disk
from allot_local.node.errors import NotSupported
from allot_local.node.folders import KEPT_LOGS, PodFolder
from allot_local.node.records import ContainerRecord, PodRecord


@pytest.fixture
def folder(tmp_path: Path) -> PodFolder:
    return PodFolder(tmp_path / "pods" / "uid")


def test_mounts_are_links_to_volumes(folder: PodFolder) -> None:
    disk.write_volume(folder, "config", {"deep/a.txt": b"alpha"})
    mounts = [
        {"name": "config", "mountPath": "/etc/config"},
        {"name": "config", "mountPath": "/one.txt", "subPath": "deep/a.txt"},
    ]

    disk.lay_out_mounts(folder, "c", mounts)
    disk.lay_out_mounts(folder, "c", mounts)

    root = folder.root("c")
    assert (root / "etc/config/deep/a.txt").read_bytes() == b"alpha"
    assert (root / "one.txt").read_bytes() == b"alpha"


def test_a_volume_that_changes_is_seen_through_its_mounts(folder: PodFolder) -> None:
    disk.write_volume(folder, "token", {"token": b"first"})
    disk.lay_out_mounts(folder, "c", [{"name": "token", "mountPath": "/run/token"}])

    disk.write_volume(folder, "token", {"token": b"second"})

    assert (folder.root("c") / "run/token/token").read_bytes() == b"second"


@pytest.mark.parametrize("path", ["/../outside", "/a/../../b"])
def test_a_mount_never_leads_out_of_the_pods_folder(folder: PodFolder, path: str) -> None:
    disk.write_volume(folder, "v", {})

    with pytest.raises(NotSupported):
        disk.lay_out_mounts(folder, "c", [{"name": "v", "mountPath": path}])


def test_a_log_for_each_start_and_the_oldest_go(folder: PodFolder) -> None:
    disk.lay_out_mounts(folder, "c", [])
    for restart in range(KEPT_LOGS + 3):
        disk.open_log(folder, "c", restart).write_text(str(restart))

    kept = sorted(path.name for path in folder.log("c", 0).parent.iterdir())
    assert len(kept) <= KEPT_LOGS + 1
    assert f"{KEPT_LOGS + 2}.log" in kept


def test_a_log_that_grew_too_large_keeps_its_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    line = b"x" * 99 + b"\n"
    log.write_bytes(line * (disk.MAX_LOG_BYTES // 100 + 1) + b"the end\n")

    disk.bound_log(log)

    assert log.stat().st_size <= disk.KEPT_LOG_BYTES
    assert log.read_bytes().startswith(b"x")
    assert log.read_bytes().endswith(b"\nthe end\n")
    disk.bound_log(tmp_path / "nothing")


def test_last_words_are_the_files_or_the_end_of_the_log(tmp_path: Path) -> None:
    words, log = tmp_path / "words", tmp_path / "log"
    log.write_text("a log\n" + "x" * 5000 + "\nthe end\n")

    assert disk.read_termination_message(words, log, is_fallback=False) == ""
    fallback = disk.read_termination_message(words, log, is_fallback=True)
    words.write_text("no room\n")

    assert fallback.endswith("the end")
    assert len(fallback) <= disk.TERMINATION_MESSAGE_BYTES
    assert disk.read_termination_message(words, log, is_fallback=True) == "no room"


def test_a_record_survives_and_a_damaged_one_is_none(folder: PodFolder) -> None:
    record = PodRecord("uid", "n", "p", "127.17.1.1", "t", (ContainerRecord("c", "i"),))
    assert disk.load_record(folder) is None

    disk.save_record(folder, record)
    assert disk.load_record(folder) == record
    folder.record.write_text('{"uid": ')

    assert disk.load_record(folder) is None
    disk.remove(folder)
    assert not folder.home.exists()
