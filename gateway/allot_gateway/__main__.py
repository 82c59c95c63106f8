"""The gateway as a process: `python -m allot_gateway`, in a pod or on a desk."""

from __future__ import annotations

import logging
import os
import sys

import uvloop
from pydantic_settings import CliApp

from allot_cluster.errors import ClusterError, NotConfigured
from allot_gateway.access.certificates import UnusableCertificate
from allot_gateway.access.mode import NotSaid
from allot_gateway.serving import serve
from allot_gateway.settings import Settings
from allot_protocol.logs import configure_logging

logger = logging.getLogger(__name__)


def main() -> int:
    """Run the gateway; return the process' exit code."""
    settings = CliApp.run(Settings)
    configure_logging(
        settings.log_format, {"pod": os.environ.get("POD_NAME", "")}, access_log=settings.access_log
    )
    code = 0
    try:
        code = uvloop.run(serve(settings))
    except* (NotConfigured, NotSaid, UnusableCertificate, ClusterError, OSError) as group:
        # What a person can mend is said in a sentence; the rest keeps its traceback.
        for error in group.exceptions:
            logger.error("%s", error)
        code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
