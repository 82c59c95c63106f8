"""A fresh process that makes one vector, says so and ends; who started it takes the time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engines import build_engine


def main() -> None:
    """Take engine, folder and threads from the command line."""
    name, folder, threads = sys.argv[1:]
    vector = build_engine(name, Path(folder), int(threads)).encode(["hello world"])[0]
    os.write(1, f"{len(vector)}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    main()
