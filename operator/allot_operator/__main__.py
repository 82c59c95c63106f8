"""The operator as a process: `python -m allot_operator`, in a pod or on a desk."""

from __future__ import annotations

import asyncio
import logging
import sys

from pydantic_settings import CliApp

from allot_cluster.errors import NotConfigured
from allot_operator.errors import OperatorError
from allot_operator.running import run
from allot_operator.settings import Settings

logger = logging.getLogger(__name__)

LOG_FORMAT = "%(asctime)s %(levelname)-7s %(message)s"


def main() -> int:
    """Run the operator; return the process' exit code."""
    settings = CliApp.run(Settings)
    logging.basicConfig(level=settings.log_level.upper(), format=LOG_FORMAT, stream=sys.stderr)
    # What kopf says of its own workings is for those who debug it.
    logging.getLogger("kopf").setLevel(logging.ERROR)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    code = 0
    try:
        asyncio.run(run(settings))
    except* (NotConfigured, OperatorError, OSError) as group:
        # What a person can mend is said in a sentence; the rest keeps its traceback.
        for error in _flatten(group):
            logger.error("%s", error)
        code = 1
    return code


def _flatten(group: BaseExceptionGroup[Exception]) -> list[BaseException]:
    """Return the errors of a group, whatever groups they came in."""
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _flatten(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found


if __name__ == "__main__":
    sys.exit(main())
