"""What an allocation has done: work for Allot's scaler, and Elasticsearch's node statistics."""

from __future__ import annotations

from dataclasses import dataclass, field

PERIOD_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Period:
    """Inputs done in one minute, and the seconds of forward passes they took."""

    inputs: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Pass:
    """One forward pass that was done; `waits` are the seconds that each input waited for it."""

    tokens: int
    waits: tuple[float, ...]


@dataclass(slots=True)
class MinuteCounter:
    """Elasticsearch's reporting period: whole minutes counted from `start`, in seconds.

    "Last minute" is the last minute that ended, empty if nothing was done in it; the peak is
    the best minute that ended (PyTorchResultProcessor).
    """

    start: float
    last: Period = Period()
    peak: int = 0
    _number: int = 0
    _current: Period = Period()

    def record(self, now: float, inputs: int, seconds: float) -> None:
        """Count inputs that were done just now."""
        self.advance(now)
        self._current = Period(self._current.inputs + inputs, self._current.seconds + seconds)

    def advance(self, now: float) -> None:
        """Close the minutes that have ended."""
        number = int((now - self.start) // PERIOD_SECONDS)
        if number == self._number:
            return
        self.peak = max(self.peak, self._current.inputs)
        self.last = self._current if number == self._number + 1 else Period()
        self._number, self._current = number, Period()


@dataclass(slots=True)
class Counters:
    """Counters that only grow, since this process started; guarded by the engine's lock."""

    minutes: MinuteCounter
    forward_passes: int = 0
    inputs_arrived: int = 0
    inputs_done: int = 0
    tokens_arrived: int = 0
    tokens_done: int = 0
    busy_seconds: float = 0.0
    errors: int = 0
    rejected: int = 0
    timeouts: int = 0
    last_access_milliseconds: int | None = None

    def record_arrival(self, inputs: int, tokens: int) -> None:
        """Count inputs that were admitted to the line."""
        self.inputs_arrived += inputs
        self.tokens_arrived += tokens

    def record_pass(self, now: float, inputs: int, tokens: int, seconds: float) -> None:
        """Count one forward pass that ended at `now`."""
        self.forward_passes += 1
        self.inputs_done += inputs
        self.tokens_done += tokens
        self.busy_seconds += seconds
        self.minutes.record(now, inputs, seconds)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The counters at one moment, with what waits then."""

    counters: Counters = field(repr=False)
    inputs_waiting: int
    tokens_waiting: int
    inputs_running: int

    def describe_work(self) -> dict[str, int | float]:
        """Return `work` of /stats."""
        counters = self.counters
        return {
            "forward_passes": counters.forward_passes,
            "inputs_arrived": counters.inputs_arrived,
            "inputs_done": counters.inputs_done,
            "tokens_arrived": counters.tokens_arrived,
            "tokens_done": counters.tokens_done,
            "tokens_waiting": self.tokens_waiting,
            "busy_seconds": round(counters.busy_seconds, 6),
        }

    def describe_inference(self) -> dict[str, int | float]:
        """Return Elasticsearch's fields of one node; an input's time is its share of a pass."""
        counters, minutes = self.counters, self.counters.minutes
        fields: dict[str, int | float] = {"inference_count": counters.inputs_done}
        if counters.inputs_done:
            average = 1000 * counters.busy_seconds / counters.inputs_done
            fields["average_inference_time_ms"] = average
            fields["average_inference_time_ms_excluding_cache_hits"] = average
        fields["inference_cache_hit_count"] = 0
        if counters.last_access_milliseconds is not None:
            fields["last_access"] = counters.last_access_milliseconds
        fields["number_of_pending_requests"] = self.inputs_waiting + self.inputs_running
        for name, value in (
            ("error_count", counters.errors),
            ("rejected_execution_count", counters.rejected),
            ("timeout_count", counters.timeouts),
        ):
            if value:
                fields[name] = value
        fields["peak_throughput_per_minute"] = minutes.peak
        fields["throughput_last_minute"] = minutes.last.inputs
        if minutes.last.inputs:
            average = 1000 * minutes.last.seconds / minutes.last.inputs
            fields["average_inference_time_ms_last_minute"] = average
        fields["inference_cache_hit_count_last_minute"] = 0
        return fields
