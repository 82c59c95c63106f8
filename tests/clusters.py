"""Local clusters that end with whoever brought them up, also if that is killed.

A test process that is killed runs no `finally`. So a guard waits beside it for the end of a pipe,
which comes with the end of the process, however it ends: `python -m tests.clusters NAME ROOT`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from allot_local.cluster import LocalCluster
from allot_local.progress import silent

ROOT = Path(__file__).resolve().parent.parent
GUARD_SECONDS = 60


@contextmanager
def running(name: str, root: Path) -> Iterator[LocalCluster]:
    """Bring up a cluster whose folder is in `root`, and end it afterwards."""
    cluster = LocalCluster(name, root)
    with _guard(name, root):
        try:
            cluster.up(silent)
            yield cluster
        finally:
            cluster.down()


@contextmanager
def _guard(name: str, root: Path) -> Iterator[None]:
    guard = subprocess.Popen(
        [sys.executable, "-m", "tests.clusters", name, str(root)],
        stdin=subprocess.PIPE,
        cwd=ROOT,
        # What interrupts the tests must not end it.
        start_new_session=True,
    )
    try:
        yield
    finally:
        guard.communicate(timeout=GUARD_SECONDS)


def main(name: str, root: str) -> None:
    """Wait until the pipe ends, and remove what is left of the cluster by then."""
    sys.stdin.read()
    LocalCluster(name, Path(root)).reset()


if __name__ == "__main__":
    main(*sys.argv[1:])
