"""Each peer's virtual environment, made by uv of pinned requirements.

An environment is known by the digest of its requirements: other pins make another one, and a
half-made one is never used.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from bench.errors import NotMeasured
from bench.folders import PEERS, cache_folder
from bench.progress import say

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
INSTALL_SECONDS = 1800
DIGEST_LENGTH = 12


def prepare_environment(name: str) -> Path:
    """Return the Python of a peer's environment, made if it is missing; raises NotMeasured."""
    requirements = PEERS / f"{name}.txt"
    folder = cache_folder("environments") / name_environment(name, requirements.read_bytes())
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        say(f"making the environment of {name} in {folder} ...")
        _install(folder, requirements)
        (folder / "complete").touch()
    return python


def name_environment(name: str, requirements: bytes) -> str:
    """Return the folder's name: another for other requirements or another Python."""
    digest = hashlib.sha256(requirements + PYTHON.encode()).hexdigest()
    return f"{name}-{digest[:DIGEST_LENGTH]}"


def _install(folder: Path, requirements: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    python = str(folder / "bin" / "python")
    for arguments in (
        ["venv", "--quiet", "--python", sys.executable, str(folder)],
        ["pip", "install", "--quiet", "--python", python, "-r", str(requirements)],
    ):
        done = subprocess.run(
            [find_uv(), *arguments],
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
        if done.returncode:
            raise NotMeasured(f"uv {arguments[0]} failed: {done.stderr.strip()[-600:]}")


def find_uv() -> str:
    """Return uv: this environment's, else the one on the PATH; raises NotMeasured."""
    own = Path(sys.executable).with_name("uv")
    found = str(own) if own.exists() else shutil.which("uv")
    if found is None:
        raise NotMeasured("there is no uv: pip install uv")
    return found
