"""Real processes, each a moment long."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from allot_local.node import execution
from allot_local.processes import Process


def start(tmp_path: Path, script: str) -> tuple[subprocess.Popen[bytes], Process]:
    return execution.start(
        [sys.executable, "-c", script],
        environment=dict(os.environ),
        folder=tmp_path,
        log=tmp_path / "log",
    )


@pytest.mark.parametrize(
    ("script", "code"),
    [("", 0), ("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", 137)],
)
async def test_an_exit_code_is_a_containers(tmp_path: Path, script: str, code: int) -> None:
    child, process = start(tmp_path, script)

    assert await execution.wait_for_end(process, child) == code


async def test_the_end_of_a_process_that_another_agent_started_is_seen(tmp_path: Path) -> None:
    child, process = start(tmp_path, "")
    child.wait()

    assert await execution.wait_for_end(process, None) == execution.UNKNOWN_EXIT_CODE


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for something that is about to be; fails after a minute."""
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def test_children_go_with_their_container(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print(p.pid, flush=True); time.sleep(60)"
    )
    child, process = start(tmp_path, script)
    log = tmp_path / "log"
    wait_until(lambda: bool(log.read_text()))
    assert len(execution.group_members(process.pid)) == 2

    await execution.end(process, 2.0)
    child.wait()

    # A signal is sent in no time, and a busy machine takes some to carry it out.
    wait_until(lambda: execution.group_members(process.pid) == [])


async def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        execution.start(["/no/such/program"], environment={}, folder=tmp_path, log=tmp_path / "log")
