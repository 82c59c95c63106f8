"""What a pod says of itself at `/stats`; that it said nothing is a type of its own."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from allot_api.terms import ModelState


@dataclass(frozen=True, slots=True)
class Work:
    """What a pod has done since it started; counters that only grow, but `tokens_waiting`."""

    forward_passes: int
    inputs_arrived: int
    inputs_done: int
    tokens_arrived: int
    tokens_done: int
    tokens_waiting: int
    busy_seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """One pod's answer. `quota` is in CPU cores, None where there is no quota."""

    boot_id: str
    state: ModelState
    reason: str
    message: str
    bytes_done: int
    bytes_total: int | None
    digest: str | None
    dimensions: int | None
    source: str | None
    num_threads: int
    quota: float | None
    work: Work
    seconds_left: float | None = None
    size_bytes: int | None = None

    @property
    def percent(self) -> int | None:
        """Return how much of the download is done, None where its size is not known."""
        if not self.bytes_total:
            return None
        return min(100, 100 * self.bytes_done // self.bytes_total)


@dataclass(frozen=True, slots=True)
class NotKnown:
    """A pod that did not answer, or not in words that we understand; `why` is for the log."""

    why: str


Reading = Report | NotKnown


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Model(_Part):
    state: ModelState
    reason: str | None = None
    message: str | None = None
    bytes_done: int | None = None
    bytes_total: int | None = None
    seconds_left: float | None = None
    digest: str | None = None
    size_bytes: int | None = None
    dimensions: int | None = None
    source: str | None = None


class _Threads(_Part):
    num_threads: int = 1
    quota: float | None = None


class _Work(_Part):
    forward_passes: int = 0
    inputs_arrived: int = 0
    inputs_done: int = 0
    tokens_arrived: int = 0
    tokens_done: int = 0
    tokens_waiting: int = 0
    busy_seconds: float = 0.0


class _Stats(_Part):
    boot_id: str = ""
    model: _Model
    threads: _Threads = Field(default_factory=_Threads)
    work: _Work = Field(default_factory=_Work)


def parse_report(body: bytes) -> Reading:
    """Return what the body of an answer says."""
    try:
        stats = _Stats.model_validate_json(body)
    except ValidationError as error:
        return NotKnown(f"the answer is not understood: {error.errors()[0]['msg']}")
    model = stats.model
    return Report(
        boot_id=stats.boot_id,
        state=model.state,
        reason=model.reason or "",
        message=model.message or "",
        bytes_done=model.bytes_done or 0,
        bytes_total=model.bytes_total,
        digest=model.digest,
        dimensions=model.dimensions,
        source=model.source,
        num_threads=stats.threads.num_threads,
        quota=stats.threads.quota,
        work=Work(**stats.work.model_dump()),
        seconds_left=model.seconds_left,
        size_bytes=model.size_bytes,
    )
