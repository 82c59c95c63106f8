"""Asks Flux's own kstatus library, built from the Go module beside this file.

The program is built once, in about a minute, and kept in Allot's cache by the module's digest.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from allot_local.build import build_environment, find_go
from allot_local.layout import default_cache

SOURCES = Path(__file__).resolve().parent
BUILD_SECONDS = 280


def kstatus_of(manifests: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return status and message of each object."""
    lines = "".join(json.dumps(manifest) + "\n" for manifest in manifests)
    done = subprocess.run(
        [find_program()], input=lines, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    verdicts = (json.loads(line) for line in done.stdout.splitlines())
    return [(verdict["status"], verdict["message"]) for verdict in verdicts]


def find_program() -> Path:
    """Return the program, building it if the cache has none of these sources."""
    digest = hashlib.sha256()
    for name in ("main.go", "go.mod", "go.sum"):
        digest.update((SOURCES / name).read_bytes())
    program = default_cache() / "kstatus" / digest.hexdigest()[:16]
    if not program.exists():
        build(program)
    return program


def build(program: Path) -> None:
    """Build the program; it appears whole or not at all."""
    program.parent.mkdir(parents=True, exist_ok=True)
    scratch = program.with_name(f"{program.name}.{os.getpid()}")
    done = subprocess.run(
        [find_go(), "build", "-trimpath", "-mod=readonly", "-o", str(scratch), "."],
        cwd=SOURCES,
        env=build_environment(os.environ.copy()),
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    scratch.rename(program)
