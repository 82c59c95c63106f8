"""What a pod answered, and the two ways in which it did not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class RawAnswer:
    """An answer as it came: the body undecoded, and of the headers those that a router reads.

    Tokens are None where the pod did not say them: `tokens` of this request, `tokens_waiting` in
    the pod when it answered, `tokens_per_pass` that it computes at once.
    """

    status: int = 0
    content_type: str = ""
    retry_after: str | None = None
    tokens: int | None = None
    tokens_waiting: int | None = None
    tokens_per_pass: int | None = None
    body: bytes = b""


class Unanswered(Exception):
    """The connection failed before anything of an answer arrived.

    `was_sent` is False where not even a connection was made: the pod knows nothing of the request.
    `was_stale` is True where it was sent on a connection that had been idle for a while, and ended
    at once: the pod had closed it when the request was on its way.
    """

    def __init__(self, message: str, *, was_sent: bool, was_stale: bool = False) -> None:
        super().__init__(message)
        self.was_sent = was_sent
        self.was_stale = was_stale


class CutShort(Exception):
    """The answer began, and did not end, or is not one that can be passed on."""


class Overdue(Exception):
    """Nothing, or not all, of the answer arrived in time."""
