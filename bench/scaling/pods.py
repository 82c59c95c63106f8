"""One simulated pod, which is one allocation."""

from __future__ import annotations

from dataclasses import dataclass

from bench.scaling.line import Line


@dataclass(slots=True, eq=False)
class Pod:
    """A pod from the moment it is asked for.

    Counters are as /stats gives them: a pass counts when it has ended. `place` is its place among
    those that serve. `refused` and `late` are inputs that got no answer in time. A line that is
    shared counts for nobody.
    """

    number: int
    created: float
    start_seconds: float
    line: Line
    has_own_line: bool = True
    is_serving: bool = False
    is_leaving: bool = False
    ended: float | None = None
    place: int = -1
    batch_inputs: int = 0
    batch_tokens: int = 0
    batch_late: int = 0
    batch_began: float = 0.0
    passes: int = 0
    inputs_done: int = 0
    tokens_done: int = 0
    busy_seconds: float = 0.0
    late: int = 0
    refused: int = 0

    @property
    def is_computing(self) -> bool:
        """Whether a pass runs."""
        return self.batch_inputs > 0

    @property
    def inputs_arrived(self) -> int:
        """Return how many inputs were let into its line."""
        waited = self.line.count + self.line.dropped if self.has_own_line else 0
        return self.inputs_done + self.batch_inputs + waited

    @property
    def tokens_arrived(self) -> int:
        """Return how many tokens were let into its line."""
        waited = self.line.tokens + self.line.dropped_tokens if self.has_own_line else 0
        return self.tokens_done + self.batch_tokens + waited

    @property
    def tokens_waiting(self) -> int:
        """Return the tokens in its line."""
        return self.line.tokens if self.has_own_line else 0

    @property
    def pending(self) -> int:
        """Return how many inputs wait or are computed."""
        return self.batch_inputs + (self.line.count if self.has_own_line else 0)

    def processor_seconds(self, now: float) -> float:
        """Return the processor time it has used, that of the running pass included."""
        running = now - self.batch_began if self.is_computing else 0.0
        return self.busy_seconds + running
