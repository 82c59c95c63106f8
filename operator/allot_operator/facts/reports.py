"""What a pod says of itself at `/stats`; that it said nothing is a type of its own."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from allot_api.terms import ModelState

# The budget of a pass with one thread, taken of a runtime that does not say its own.
UNSAID_PASS_TOKENS = 384
PHASE_SUFFIX = "_seconds"


@dataclass(frozen=True, slots=True)
class Work:
    """What a pod has done since it started.

    Counters that only grow, but `tokens_waiting` and `inputs_pending`, which are what there is
    now. `inputs_failed` are all that were not answered, those that were refused or timed out
    among them.
    """

    forward_passes: int
    inputs_arrived: int
    inputs_done: int
    tokens_arrived: int
    tokens_done: int
    tokens_waiting: int
    busy_seconds: float
    inputs_pending: int = 0
    inputs_failed: int = 0
    inputs_rejected: int = 0
    inputs_timed_out: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """One pod's answer.

    `quota` is in CPU cores, None where there is no quota. `pass_tokens` is the most tokens of
    one forward pass. `start_seconds` is how long its process took until it could serve, None
    until then.
    """

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
    pass_tokens: int = UNSAID_PASS_TOKENS
    start_seconds: float | None = None

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


class _Inference(_Part):
    """Elasticsearch's fields of a node; a count that is left out is 0."""

    number_of_pending_requests: int = 0
    error_count: int = 0
    timeout_count: int = 0
    rejected_execution_count: int = 0


class _Batch(_Part):
    tokens: int = Field(UNSAID_PASS_TOKENS, ge=1)


class _Stats(_Part):
    boot_id: str = ""
    model: _Model
    start: dict[str, float] = Field(default_factory=dict)
    batch: _Batch = Field(default_factory=_Batch)
    inference: _Inference = Field(default_factory=_Inference)
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
        work=_build_work(stats),
        seconds_left=model.seconds_left,
        size_bytes=model.size_bytes,
        pass_tokens=stats.batch.tokens,
        start_seconds=_sum_start(stats),
    )


def _build_work(stats: _Stats) -> Work:
    said = stats.inference
    failed = said.error_count + said.timeout_count + said.rejected_execution_count
    return Work(
        **stats.work.model_dump(),
        inputs_pending=said.number_of_pending_requests,
        inputs_failed=failed,
        inputs_rejected=said.rejected_execution_count,
        inputs_timed_out=said.timeout_count,
    )


def _sum_start(stats: _Stats) -> float | None:
    """Return the seconds of all phases, once they are over."""
    phases = [value for name, value in stats.start.items() if name.endswith(PHASE_SUFFIX)]
    return sum(phases) if phases and stats.model.state is ModelState.READY else None
