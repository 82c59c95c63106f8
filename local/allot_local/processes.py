"""Processes that outlive the command that started them.

A process is known by its id and its start time, so that an id which the system gave to
somebody else since then is never taken for ours.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

# The kernel counts start times in hundredths of a second.
START_TIME_TOLERANCE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Process:
    """A process by its id and its start time in seconds since the epoch."""

    pid: int
    started: float

    def find(self) -> psutil.Process | None:
        """Return the running process, or None when it has ended or its id is another's."""
        try:
            found = psutil.Process(self.pid)
            is_ours = abs(found.create_time() - self.started) < START_TIME_TOLERANCE_SECONDS
            is_running = is_ours and found.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return found if is_running else None


def identify(pid: int) -> Process | None:
    """Return the process that has the id now, or None when there is none."""
    try:
        return Process(pid, psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def start_detached(
    command: Sequence[str], *, log: Path, folder: Path, environment: Mapping[str, str]
) -> Process:
    """Start a process in a session of its own, its output appended to the log."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    started = identify(child.pid)
    # The child is left to whoever adopts orphans; poll() reaps it if it ended already.
    child.poll()
    child.returncode = child.returncode if child.returncode is not None else 0
    return started or Process(child.pid, 0.0)


def save(record: Path, process: Process) -> None:
    """Write the record of a running process."""
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(asdict(process)))


def load(record: Path) -> Process | None:
    """Read a record; None when there is none, or one that a crash cut short."""
    try:
        return Process(**json.loads(record.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def stop(process: Process, *, grace_seconds: float) -> None:
    """End a process: SIGTERM, then SIGKILL after the grace; gone is fine."""
    found = process.find()
    if found is None:
        return
    try:
        found.terminate()
        found.wait(timeout=grace_seconds)
    except psutil.TimeoutExpired:
        found.kill()
        found.wait(timeout=grace_seconds)
    except psutil.NoSuchProcess:
        return
