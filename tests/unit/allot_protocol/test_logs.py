"""Lines for people and lines for programs."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from allot_protocol.logs import LogFormat, build_formatter, configure_logging

WHO = {"model_id": "m", "deployment_id": "d", "pod": "d-1"}


@pytest.fixture(autouse=True)
def unchanged_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def configured(form: LogFormat = LogFormat.JSON, **options: Any) -> io.StringIO:
    stream = io.StringIO()
    configure_logging(form, WHO, stream=stream, **options)
    return stream


def test_a_json_line_says_when_how_bad_who_and_what() -> None:
    stream = configured()

    logging.getLogger("allot_runtime.engine").warning("a pass took %d s", 3)

    (line,) = lines(stream)
    assert datetime.fromisoformat(line.pop("time")).tzinfo == UTC
    assert line == WHO | {
        "level": "WARNING",
        "logger": "allot_runtime.engine",
        "message": "a pass took 3 s",
    }


def test_whatever_is_logged_is_one_line_each() -> None:
    stream = configured()

    logging.error("two\nlines, “quoted”, \u2028 and \x00")
    try:
        raise ArithmeticError("inner")
    except ArithmeticError:
        logging.exception("a pass failed")

    first, second = lines(stream)
    assert first["message"] == "two\nlines, “quoted”, \u2028 and \x00"
    assert "ArithmeticError: inner" in second["exc_info"]


def test_what_is_not_known_of_the_process_is_left_out() -> None:
    formatter = build_formatter(LogFormat.JSON, {"model_id": "m", "pod": ""})
    record = logging.makeLogRecord({"msg": "x", "name": "l", "levelname": "INFO"})

    assert set(json.loads(formatter.format(record))) == {
        "time", "level", "logger", "message", "model_id",
    }  # fmt: skip


def test_text_is_for_people() -> None:
    stream = configured(LogFormat.TEXT)

    logging.info("ready after %.1f s", 2.5)

    assert stream.getvalue().endswith(" INFO    ready after 2.5 s\n")


def test_warnings_are_lines_too() -> None:
    stream = configured()

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)

    assert lines(stream)[0]["logger"] == "py.warnings"


@pytest.mark.parametrize(("access_log", "expected"), [(False, 0), (True, 1)])
def test_requests_are_logged_only_when_asked_for(access_log: bool, expected: int) -> None:
    stream = configured(access_log=access_log)

    logging.getLogger("uvicorn.access").info("GET /livez 200")
    logging.getLogger("uvicorn.error").info("Started server process")
    logging.getLogger("httpx").info("GET https://hub?token=secret")

    assert len(lines(stream)) == expected
