"""Installs clients once into Allot's cache, outside the tree; later runs find them there.

What a registry would have to be asked for and cannot be is `Unreachable`, with its own words: the
test that needs it says so, and is skipped. Anything else that goes wrong fails the test.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from allot_local.layout import default_cache

PYTHON = Path(__file__).resolve().parent / "python"
JAVASCRIPT = Path(__file__).resolve().parent / "javascript"
INSTALL_SECONDS = 180
LOCK_FILES = ("package.json", "package-lock.json")
# How uv and npm say that nobody answered.
SILENCE = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT"
    r"|dns error|[Cc]onnect error|[Cc]onnection refused|error sending request|timed out|offline"
)


class Unreachable(Exception):
    """A package is not in the cache, and what would install it is not there or gets no answer."""


def install_python(pins: str) -> dict[str, str]:
    """Return the environment in which this Python imports what a file of pins names."""
    source = PYTHON / pins
    version = f"{sys.version_info.major}.{sys.version_info.minor}"

    def install(target: Path) -> None:
        uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps"]
        _run([*uv, "--python", sys.executable, "--target", ".", "-r", str(source)], target)

    return {"PYTHONPATH": str(_ensure("python", f"{version}\n{source.read_text()}", install))}


def install_javascript(major: str) -> dict[str, str]:
    """Return the environment in which node finds the official client of a major version."""
    if shutil.which("npm") is None:
        raise Unreachable("there is no npm")
    sources = [JAVASCRIPT / major / name for name in LOCK_FILES]

    def install(target: Path) -> None:
        for source in sources:
            shutil.copy(source, target)
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], target)

    text = "\n".join(source.read_text() for source in sources)
    return {"NODE_PATH": str(_ensure("javascript", text, install) / "node_modules")}


def _ensure(kind: str, text: str, install: Callable[[Path], None]) -> Path:
    """Return the folder of what a text names; it appears whole or not at all."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    folder = default_cache() / "clients" / f"{kind}-{digest}"
    if folder.is_dir():
        return folder
    scratch = folder.with_name(f"{folder.name}.{os.getpid()}")
    scratch.mkdir(parents=True)
    try:
        install(scratch)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


def _run(command: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreachable(f"{command[0]} had not ended after {INSTALL_SECONDS} s") from error
    if done.returncode and (silence := SILENCE.search(done.stderr)):
        raise Unreachable(f"{command[0]} gets no answer from its registry: {silence.group()}")
    assert done.returncode == 0, done.stderr
