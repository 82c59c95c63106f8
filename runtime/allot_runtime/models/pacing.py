"""A model that takes as long as it is told to, for rehearsals.

How a deployment scales can be tried with many pods on a machine that has cores for one: each
computes real answers, and then waits until its forward pass has taken what it would elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from allot_runtime.models.interface import Model, Output, TokenSequence


@dataclass(frozen=True, slots=True)
class Pace:
    """What a forward pass costs at least: seconds by itself, and seconds for each token."""

    seconds_per_pass: float = 0.0
    seconds_per_token: float = 0.0

    def cost(self, tokens: int) -> float:
        """Return the seconds that a pass over so many tokens takes at least."""
        return self.seconds_per_pass + self.seconds_per_token * tokens


class PacedModel:
    """Computes as the model within does, and not faster than its pace."""

    def __init__(
        self,
        model: Model,
        pace: Pace,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._model = model
        self._pace = pace
        self._monotonic = monotonic
        self._sleep = sleep
        self.dimensions = model.dimensions
        self.tokenize = model.tokenize

    def compute(self, batch: Sequence[TokenSequence]) -> list[Output]:
        """Return one output for each sequence, when the pass has taken its time."""
        due = self._monotonic() + self._pace.cost(sum(map(len, batch)))
        outputs = self._model.compute(batch)
        left = due - self._monotonic()
        if left > 0:
            self._sleep(left)
        return outputs


def keep_pace(model: Model, pace: Pace) -> Model:
    """Return the model at a pace; itself where none is asked for."""
    return model if pace == Pace() else PacedModel(model, pace)
