"""What one allocation does in the simulation: the runtime's own rules with a cost model.

A pass costs seconds = a + b * tokens. By default an allocation does about what a pod of MiniLM in
float32 does with one thread: two threads answer one query of 8 tokens in 3.6 ms and compute 7,439
tokens of passages a second (docs/benchmarks.md); one thread takes 1.45 times and 1.8 times as
long. That is 5.2 ms and 4,100 tokens a second, so a = 3 ms and b = 0.25 ms.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from allot_runtime.batching import Budget, choose_budget
from allot_runtime.waiting import PATIENCE, Order

PASS_SECONDS, TOKEN_SECONDS = 0.003, 0.00025
# Machines that others use too: a tenth more or less, pass by pass.
COST_NOISE = 0.1
LONGEST_INPUT = 512


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of a pass and of each of its tokens; `noise` is the spread of a pass' logarithm."""

    pass_seconds: float = PASS_SECONDS
    token_seconds: float = TOKEN_SECONDS
    noise: float = COST_NOISE

    def seconds(self, tokens: int) -> float:
        """Return what a pass of so many tokens takes, in the median."""
        return self.pass_seconds + self.token_seconds * tokens


@dataclass(frozen=True, slots=True)
class Service:
    """An allocation, and the line before it.

    `is_shared` means one line for all allocations, as in one process of Elasticsearch; else each
    has a line of its own, and an input goes to the one with the fewest tokens outstanding.
    """

    cost: Cost = field(default_factory=Cost)
    budget: Budget = field(default_factory=lambda: choose_budget(1))
    patience: float = PATIENCE[Order.BY_SIZE]
    queue_capacity: int = 10_000
    deadline_seconds: float = 30.0
    is_shared: bool = False

    @property
    def tokens_per_second(self) -> float:
        """Return what an allocation computes at full passes."""
        return self.budget.tokens / self.cost.seconds(self.budget.tokens)

    def describe(self) -> dict[str, float]:
        """Return what figures depend on."""
        return {
            "pass_seconds": self.cost.pass_seconds,
            "token_seconds": self.cost.token_seconds,
            "cost_noise": self.cost.noise,
            "pass_tokens": self.budget.tokens,
            "pass_inputs": self.budget.inputs,
            "queue_capacity": self.queue_capacity,
            "deadline_seconds": self.deadline_seconds,
            "tokens_per_second": round(self.tokens_per_second, 1),
        }


def serve_like_elasticsearch(service: Service) -> Service:
    """Return the same model as Elasticsearch serves it: one input a pass, one line, in order."""
    return Service(
        cost=service.cost,
        budget=Budget(tokens=service.budget.tokens, inputs=1),
        patience=PATIENCE[Order.BY_ARRIVAL],
        queue_capacity=service.queue_capacity,
        deadline_seconds=service.deadline_seconds,
        is_shared=True,
    )


@dataclass(frozen=True, slots=True)
class Starts:
    """How long a pod takes from being asked for until it serves: lognormal.

    Of that, `process_share` passes in its process; the rest is finding a node and pulling.
    """

    median_seconds: float = 10.0
    spread: float = 0.3
    process_share: float = 0.8
