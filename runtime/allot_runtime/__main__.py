"""The runtime as a process: `python -m allot_runtime`, in a pod or on a desk."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from pydantic_settings import CliApp

from allot_runtime.serving import serve
from allot_runtime.settings import Settings

LOG_FORMAT = "%(asctime)s %(levelname)-7s %(message)s"


def main() -> None:
    """Serve one allocation; does not return."""
    settings = CliApp.run(Settings)
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, stream=sys.stderr)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    code = asyncio.run(serve(settings))
    logging.shutdown()
    # Threads that load or fetch are abandoned, and would crash in a half-ended interpreter.
    os._exit(code)


if __name__ == "__main__":
    main()
