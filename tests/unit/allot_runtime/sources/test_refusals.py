from __future__ import annotations

from datetime import UTC, datetime

import pytest

from allot_runtime.errors import SourceReason
from allot_runtime.sources.refusals import (
    parse_retry_after,
    parse_start,
    parse_total,
    refuse_status,
)

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "reason", "may_pass"),
    [
        (401, SourceReason.UNAUTHORIZED, False),
        (403, SourceReason.UNAUTHORIZED, False),
        (404, SourceReason.NOT_FOUND, False),
        (410, SourceReason.NOT_FOUND, False),
        (400, SourceReason.NOT_FOUND, False),
        (408, SourceReason.UNREACHABLE, True),
        (429, SourceReason.UNREACHABLE, True),
        (500, SourceReason.UNREACHABLE, True),
        (503, SourceReason.UNREACHABLE, True),
    ],
)
def test_what_a_status_means_for_the_model(
    status: int, reason: SourceReason, may_pass: bool
) -> None:
    fault = refuse_status(status, {"retry-after": "7"}, "a/config.json", remedy="do it", now=NOW)

    assert (fault.reason, fault.may_pass) == (reason, may_pass)
    assert "a/config.json" in fault.message
    assert str(status) in fault.message
    assert fault.retry_after_seconds == (7 if may_pass else None)
    assert ("do it" in fault.message) == (reason is SourceReason.UNAUTHORIZED)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", None),
        ("soon", None),
        ("0", 0),
        ("120", 120),
        ("99999", 600),
        ("Wed, 25 Nov 2026 12:00:30 GMT", 30),
        ("Wed, 25 Nov 2026 11:00:00 GMT", 0),
    ],
)
def test_how_long_to_stay_away(text: str, seconds: float | None) -> None:
    assert parse_retry_after(text, NOW) == seconds


def test_what_a_content_range_says() -> None:
    assert (parse_start("bytes 100-199/1204"), parse_total("bytes 100-199/1204")) == (100, 1204)
    assert parse_total("bytes 0-0/*") is None
    assert parse_start("") is None
