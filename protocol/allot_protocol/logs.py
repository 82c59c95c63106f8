"""How log lines look: text for the people who read `kubectl logs`, JSON for programs that collect.

A JSON line is one object: time (UTC), level, logger, message, whose it is, and a traceback in
`exc_info` where there is one. Neither form holds requests' texts, nor what the environment says.
"""

from __future__ import annotations

import logging
import sys
from enum import StrEnum
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

TEXT_LINE = "%(asctime)s %(levelname)-7s %(message)s"
# Libraries that tell of each request, with its address.
TALKATIVE = ("uvicorn", "httpx", "httpx2")
ACCESS_LOG = "uvicorn.access"


class LogFormat(StrEnum):
    """The two forms of a line."""

    TEXT = "text"
    JSON = "json"


def configure_logging(
    form: LogFormat,
    identity: dict[str, str],
    *,
    access_log: bool = False,
    stream: TextIO | None = None,
) -> None:
    """Send all that is logged to a stream, stderr if none is given; replaces what was set.

    `identity` is what each JSON line says of the process, such as model_id; empty values are
    left out.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(build_formatter(form, identity))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(ACCESS_LOG).setLevel(logging.INFO if access_log else logging.WARNING)


def build_formatter(form: LogFormat, identity: dict[str, str]) -> logging.Formatter:
    """Return what turns a record into a line."""
    if form is LogFormat.TEXT:
        return logging.Formatter(TEXT_LINE)
    return JsonFormatter(
        ["levelname", "name", "message"],
        rename_fields={"levelname": "level", "name": "logger"},
        static_fields={name: value for name, value in identity.items() if value},
        timestamp="time",
    )
