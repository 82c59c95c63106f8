"""The runtime as a process: `python -m allot_runtime`, in a pod or on a desk."""

from __future__ import annotations

import asyncio
import logging
import os

from pydantic_settings import CliApp

from allot_protocol.logs import configure_logging
from allot_runtime.serving import serve
from allot_runtime.settings import Settings


def main() -> None:
    """Serve one allocation; does not return."""
    settings = CliApp.run(Settings)
    identity = {
        "model_id": settings.model_id,
        "deployment_id": settings.deployment_id,
        "pod": os.environ.get("POD_NAME", ""),
    }
    configure_logging(settings.log_format, identity, access_log=settings.access_log)
    code = asyncio.run(serve(settings))
    logging.shutdown()
    # Threads that load or fetch are abandoned, and would crash in a half-ended interpreter.
    os._exit(code)


if __name__ == "__main__":
    main()
