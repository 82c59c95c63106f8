"""The files of a small real model, for sources that hold them in ways of their own."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import Any

NAMES = ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")
WEIGHTS = "model.safetensors"

Files = dict[str, bytes]


def read_splade() -> Files:
    """Return the packaged SPLADE's files by name; 18.4 MB."""
    spec = importlib.util.find_spec("cognition")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    return {name: (folder / name).read_bytes() for name in NAMES}


def pin(files: Files) -> list[dict[str, Any]]:
    """Return `source.files` that pins these files."""
    return [{"path": name, "sha256": sha256(content)} for name, content in files.items()]


def sha256(content: bytes) -> str:
    """Return a digest as `source.files` has it."""
    return hashlib.sha256(content).hexdigest()
