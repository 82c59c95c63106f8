"""Answers of the API server, and of proxies before it, as our errors."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from allot_cluster.answers import error_from_answer
from allot_cluster.errors import (
    AlreadyExists,
    ClusterError,
    Conflict,
    Expired,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
)


def a_status(**fields: Any) -> bytes:
    return json.dumps({"kind": "Status", "status": "Failure", **fields}).encode()


@pytest.mark.parametrize(
    ("code", "reason", "expected"),
    [
        (400, "BadRequest", Invalid),
        (401, "Unauthorized", Forbidden),
        (403, "Forbidden", Forbidden),
        (404, "NotFound", NotFound),
        (405, "MethodNotAllowed", Invalid),
        (408, "Timeout", Unavailable),
        (409, "Conflict", Conflict),
        (409, "AlreadyExists", AlreadyExists),
        (410, "Expired", Expired),
        (413, "RequestEntityTooLarge", Invalid),
        (415, "UnsupportedMediaType", Invalid),
        (422, "Invalid", Invalid),
        (429, "TooManyRequests", Unavailable),
        (500, "InternalError", Unavailable),
        (503, "ServiceUnavailable", Unavailable),
        (504, "Timeout", Unavailable),
    ],
)
def test_each_code_has_one_error(code: int, reason: str, expected: type[ClusterError]) -> None:
    error = error_from_answer(code, a_status(reason=reason, message="in words"), {})

    assert type(error) is expected
    assert str(error) == "in words"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"404 page not found\n", "404 page not found"),
        (b"", "the API server answered 502"),
        (b"<html>\xff", "<html>\ufffd"),
        (b'["not a status"]', '["not a status"]'),
        (b'{"kind": "Status"}', '{"kind": "Status"}'),
    ],
)
def test_an_answer_that_is_no_status_is_quoted(body: bytes, message: str) -> None:
    assert str(error_from_answer(502, body, {})) == message


def test_a_missing_object_is_told_from_a_missing_kind() -> None:
    of_object = error_from_answer(404, a_status(details={"name": "a", "kind": "pods"}), {})
    of_kind = error_from_answer(404, a_status(details={}), {})
    of_path = error_from_answer(404, b"404 page not found", {})

    assert [getattr(error, "of_object", None) for error in (of_object, of_kind, of_path)] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("headers", "details", "expected"),
    [
        ({"Retry-After": "7"}, {}, timedelta(seconds=7)),
        ({}, {"retryAfterSeconds": 3}, timedelta(seconds=3)),
        ({"Retry-After": "7"}, {"retryAfterSeconds": 3}, timedelta(seconds=7)),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, {}, None),
        ({}, {}, None),
        ({}, None, None),
    ],
)
def test_the_time_to_wait_is_the_servers(
    headers: dict[str, str], details: dict[str, int] | None, expected: timedelta | None
) -> None:
    error = error_from_answer(429, a_status(message="busy", details=details), headers)

    assert isinstance(error, Unavailable)
    assert error.retry_after == expected
