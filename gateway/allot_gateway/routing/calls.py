"""What goes to a pod, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass

from allot_protocol.priority import Priority


@dataclass(frozen=True, slots=True)
class PodCall:
    """One request as a pod gets it.

    `path` has no query. `characters` are those of all its inputs, from which its tokens are
    guessed; `deadline` is a time of the event loop's clock. `timeout_seconds` is what the client
    asked for, for the words of a refusal.
    """

    path: str
    body: bytes
    headers: tuple[tuple[str, str], ...]
    characters: int
    inputs: int
    priority: Priority
    deadline: float
    timeout_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class PodAnswer:
    """A pod's answer, undecoded; `tokens` as it counted those of the request, if it told."""

    status: int
    content_type: str
    body: bytes
    retry_after: str | None
    pod: str
    tokens: int | None = None
