"""Start and end the processes of containers, and wait for their end.

Each container is a process group of its own. The agent waits by a pidfd, which also tells the end
of a process that an earlier agent started: its exit code is then not known.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from allot_local.processes import Process, identify

# What a kubelet says of containers whose end it did not see.
UNKNOWN_EXIT_CODE = 137
SIGNALED = 128


def start(
    command: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path
) -> tuple[subprocess.Popen[bytes], Process]:
    """Start a container's process; raises OSError when its program can't be run."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )
    return child, identify(child.pid) or Process(child.pid, 0.0)


async def wait_for_end(process: Process, child: subprocess.Popen[bytes] | None) -> int:
    """Return the exit code when the process has ended, 128 + n after signal n."""
    if process.find() is not None:
        with suppress(ProcessLookupError):
            await wait_for_pidfd(os.pidfd_open(process.pid))
    if child is None:
        return UNKNOWN_EXIT_CODE
    code = child.wait()
    return code if code >= 0 else SIGNALED - code


async def wait_for_pidfd(descriptor: int) -> None:
    """Return when the process of the descriptor has ended; closes the descriptor."""
    loop = asyncio.get_running_loop()
    ended = loop.create_future()

    def tell() -> None:
        if not ended.done():
            ended.set_result(None)

    loop.add_reader(descriptor, tell)
    try:
        await ended
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def send(process: Process, number: signal.Signals) -> None:
    """Send a signal to the process group; gone is fine."""
    if process.find() is None and not group_members(process.pid):
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def group_members(group: int) -> list[int]:
    """Return the ids of the processes whose group it is, the dead ones left out."""
    members = []
    for found in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if os.getpgid(found.pid) == group and found.status() != psutil.STATUS_ZOMBIE:
                members.append(found.pid)
    return members


async def end(process: Process, grace_seconds: float) -> None:
    """End a container: SIGTERM to the group, SIGKILL to whatever is left after the grace."""
    if process.find() is not None:
        send(process, signal.SIGTERM)
        with suppress(TimeoutError, ProcessLookupError):
            async with asyncio.timeout(grace_seconds):
                await wait_for_pidfd(os.pidfd_open(process.pid))
    # The group may outlive its first process.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
