"""What figures depend on: processor, versions, threads, and who else is at work."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shlex
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("torch", "transformers", "tokenizers", "numpy", "uvicorn", "orjson")
FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8", "sve", "i8mm")
QUIET_SHARE, QUIET_INTERVAL = 0.12, 0.5


def describe_machine(threads: int, argv: Sequence[str]) -> dict[str, object]:
    """Return what belongs beside figures."""
    text = read_text(Path("/proc/cpuinfo"))
    return {
        "command": shlex.join(["python", "-m", *argv]),
        "threads": threads,
        "cpu": find_line(text, "model name") or platform.machine(),
        "cpu_flags": [flag for flag in FLAGS if flag in (find_line(text, "flags") or "").split()],
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "versions": {name: find_version(name) for name in PACKAGES},
        "commit": find_commit(),
        "busy_before": round(measure_busy_share(), 3),
    }


def find_line(text: str, name: str) -> str | None:
    """Return the value of the first line `name : value`. Pure."""
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None


def read_text(path: Path) -> str:
    """Return a file's text; empty where there is none, as on other systems."""
    return path.read_text() if path.exists() else ""


def find_version(package: str) -> str | None:
    """Return an installed package's version."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def find_commit() -> str | None:
    """Return the checkout's commit, with -dirty when files differ from it."""
    argv = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() or None


def measure_busy_share() -> float:
    """Return the share of all cores that others use while this process sleeps."""
    return psutil.cpu_percent(QUIET_INTERVAL) / 100


def wait_until_quiet(seconds: float) -> float:
    """Wait, at most so long, until the machine is otherwise idle; return the share still used."""
    deadline = time.monotonic() + seconds
    share = measure_busy_share()
    while share > QUIET_SHARE and time.monotonic() < deadline:
        share = measure_busy_share()
    return share
