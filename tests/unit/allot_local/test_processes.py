"""Real processes, each a moment long."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from allot_local.processes import Process, identify, load, save, start_detached, stop

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable, "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('up', flush=True); time.sleep(60)",
]  # fmt: skip


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Process]:
    process = start_detached(SLEEP, log=tmp_path / "log", folder=tmp_path, environment={})
    yield process
    stop(process, grace_seconds=5)


def test_a_process_is_found_until_it_is_stopped(started: Process) -> None:
    found = started.find()
    assert found is not None
    assert os.getpgid(started.pid) == started.pid

    stop(started, grace_seconds=5)

    assert started.find() is None
    stop(started, grace_seconds=5)


def test_a_recycled_id_is_not_ours(started: Process) -> None:
    assert Process(started.pid, started.started - 10).find() is None


def test_a_process_that_will_not_end_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = start_detached(STUBBORN, log=log, folder=tmp_path, environment={})
    while not log.read_text():
        pass

    stop(process, grace_seconds=0.1)

    assert process.find() is None


def test_a_process_that_ended_at_once_is_not_found(tmp_path: Path) -> None:
    process = start_detached(
        [sys.executable, "-c", ""], log=tmp_path / "log", folder=tmp_path, environment={}
    )
    psutil.wait_procs([psutil.Process(process.pid)] if psutil.pid_exists(process.pid) else [])

    assert process.find() is None


def test_the_environment_is_added_to_ours(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = "import os; print(os.environ['EXTRA'], bool(os.environ.get('PATH')))"
    process = start_detached(
        [sys.executable, "-c", script], log=log, folder=tmp_path, environment={"EXTRA": "more"}
    )
    while process.find() is not None:
        pass

    assert log.read_text() == "more True\n"


def test_a_record_is_read_as_it_was_written(tmp_path: Path, started: Process) -> None:
    save(tmp_path / "run" / "one.json", started)

    assert load(tmp_path / "run" / "one.json") == started


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": 1, "other": 2}'])
def test_a_record_that_a_crash_cut_short_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "record").write_text(text)

    assert load(tmp_path / "record") is None
    assert load(tmp_path / "nothing") is None


def test_nobody_has_no_identity() -> None:
    assert identify(2**22 + 1) is None
