"""Processes that are measured: started in a group of their own, and always ended.

The kernel ends them when this process dies, however it dies; `Group.end` ends their children
too. One that waits for its turn is suspended, so that its polling costs the others nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
POLITE_SECONDS = 3.0
LOG_TAIL = 600


@dataclass(frozen=True, slots=True)
class Group:
    """A started process and its children."""

    process: subprocess.Popen[bytes]
    log: Path

    def suspend(self) -> None:
        """Stop it from running until it is resumed."""
        self._tell(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it run again."""
        self._tell(signal.SIGCONT)

    def end(self) -> None:
        """End it and its children: told first, then killed."""
        self._tell(signal.SIGTERM)
        self._tell(signal.SIGCONT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(POLITE_SECONDS)
        self._tell(signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def tell_end(self) -> str:
        """Return how it ended and its last words, for a message."""
        words = self.log.read_text(errors="replace").strip()[-LOG_TAIL:]
        return f"exit code {self.process.poll()}; its log {self.log} ends: {words}"

    def _tell(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


@contextlib.contextmanager
def running(
    argv: Sequence[str], environment: Mapping[str, str], log: Path, *, piped: bool = False
) -> Iterator[Group]:
    """Give a started process, and end it."""
    with log.open("wb") as file:
        group = Group(start(argv, environment, file, piped=piped), log)
    try:
        yield group
    finally:
        group.end()


def start(
    argv: Sequence[str], environment: Mapping[str, str], log: IO[bytes], *, piped: bool = False
) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own; `piped` gives its input and output to us."""
    return subprocess.Popen(
        argv,
        env=os.environ | dict(environment),
        stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
        stdout=subprocess.PIPE if piped else log,
        stderr=log,
        start_new_session=True,
        preexec_fn=_die_with_parent,
    )


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)


def count_cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and its living children."""
    return sum(_cpu_seconds(process) for process in list_tree(pid))


def _cpu_seconds(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def list_tree(pid: int) -> list[psutil.Process]:
    """Return a process and its living children; none when it has ended."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def read_anonymous_mebibytes(pid: int) -> float:
    """Return the anonymous memory of a process and its children: what no file stands behind."""
    lines = (
        line
        for process in list_tree(pid)
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    )
    return sum(int(line.split()[1]) for line in lines if line.startswith("Anonymous:")) / 1024


def find_free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
