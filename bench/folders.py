"""Where measurements keep what they make: environments, models, logs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"
SCRIPTS = PEERS / "servers"


def choose_cache(environment: Mapping[str, str], home: Path) -> Path:
    """Return the folder: $ALLOT_BENCH_CACHE, else one in the XDG cache folder."""
    if chosen := environment.get("ALLOT_BENCH_CACHE"):
        return Path(chosen).absolute()
    cache = environment.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else home / ".cache") / "allot" / "bench"


def cache_folder(name: str) -> Path:
    """Return a folder of this user's cache, made if it is missing."""
    folder = choose_cache(os.environ, Path.home()) / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
