"""What the answers of an HTTP source mean for its model. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from allot_runtime.errors import SourceFault, SourceReason

# Statuses that say "later" although they are not of the 500s.
PASSING = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
LONGEST_RETRY_AFTER_SECONDS = 600.0


def refuse_status(
    status: int, headers: Mapping[str, str], what: str, *, remedy: str, now: datetime
) -> SourceFault:
    """Return the fault of an answer that is not the file; `remedy` says what credentials help."""
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return SourceFault(
            SourceReason.UNAUTHORIZED, f"the source answered {status} for {what}: {remedy}"
        )
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return SourceFault(SourceReason.NOT_FOUND, f"the source has no {what} ({status})")
    if status in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SourceFault(
            SourceReason.UNREACHABLE,
            f"the source answered {status} for {what}",
            may_pass=True,
            retry_after_seconds=parse_retry_after(headers.get("retry-after", ""), now),
        )
    return SourceFault(SourceReason.NOT_FOUND, f"the source answered {status} for {what}")


def parse_retry_after(text: str, now: datetime) -> float | None:
    """Return the seconds of a Retry-After, which is a number or a date; None for neither."""
    try:
        seconds = float(text) if text.strip().isdigit() else _seconds_until(text, now)
    except ValueError:
        return None
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER_SECONDS)


def _seconds_until(text: str, now: datetime) -> float:
    then = parsedate_to_datetime(text)
    aware = then if then.tzinfo else then.replace(tzinfo=UTC)
    return (aware - now).total_seconds()


def parse_total(content_range: str) -> int | None:
    """Return the size of the whole file by a Content-Range such as `bytes 0-0/1204`."""
    total = content_range.rpartition("/")[2]
    return int(total) if total.isdigit() else None


def parse_start(content_range: str) -> int | None:
    """Return the first byte by a Content-Range such as `bytes 100-199/1204`."""
    start = content_range.removeprefix("bytes ").partition("-")[0]
    return int(start) if start.isdigit() else None
