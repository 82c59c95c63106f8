"""What a forward pass costs: seconds = a passes + b tokens, fitted to what the pods report.

Least squares of the relative error, since a pass that takes longer also varies by more seconds;
older intervals fade by the seconds that pods were busy. While all passes are alike, one equation
does not tell a from b: then a weak prior on their ratio decides, and the uncertainty says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from allot_operator.facts.reports import Work
from allot_operator.scaling.intervals import Interval

# Busy seconds after which an interval counts a third of what it did.
MEMORY_BUSY_SECONDS = 600.0
# Usual for transformers on a CPU: to start a pass costs as much as so many tokens in it.
PRIOR_RATIO_TOKENS = 16.0
# The weight of that guess, in passes.
PRIOR_WEIGHT = 4.0
# No pass takes less.
LEAST_SECONDS = 1e-6
# Below this share the equations are one and the same, as far as numbers have digits.
LEAST_DETERMINANT = 1e-9
# The relative error of one pass, until it is known.
PRIOR_VARIANCE = 0.04
VARIANCE_MEMORY_INTERVALS = 20.0
# Passes that a guess rests on, and counts as.
GUESS_PASSES = 10
# An interval that differs by so many standard errors, and by so much at all, is a surprise:
# then what was learnt before counts little.
SURPRISE_ERRORS = 4.0
SURPRISE_SHARE = 0.25
SURPRISE_KEPT = 0.02


@dataclass(frozen=True, slots=True)
class Cost:
    """The seconds of a pass and of each token in it, and their covariance, in seconds squared."""

    seconds_per_pass: float
    seconds_per_token: float
    variance_pass: float = 0.0
    variance_token: float = 0.0
    covariance: float = 0.0

    def estimate_seconds(self, tokens: float) -> float:
        """Return the seconds of one pass with so many tokens."""
        return self.seconds_per_pass + self.seconds_per_token * tokens

    def estimate_error(self, tokens: float) -> float:
        """Return the standard error of these seconds."""
        variance = (
            self.variance_pass
            + 2 * tokens * self.covariance
            + tokens * tokens * self.variance_token
        )
        return math.sqrt(max(0.0, variance))


@dataclass(frozen=True, slots=True)
class CostModel:
    """Faded sums over intervals.

    Of squares (`pp`, `pt`, `tt`), of products with the seconds (`p`, `t`), and of what was done;
    `variance` is that of one pass' relative error.
    """

    pp: float = 0.0
    pt: float = 0.0
    tt: float = 0.0
    p: float = 0.0
    t: float = 0.0
    passes: float = 0.0
    inputs: float = 0.0
    tokens: float = 0.0
    seconds: float = 0.0
    variance: float = PRIOR_VARIANCE

    @property
    def input_tokens(self) -> float | None:
        """Return the mean length of an input that was done, None until one was."""
        return self.tokens / self.inputs if self.inputs else None

    def learn(self, interval: Interval, weight: float = 1.0) -> CostModel:
        """Return the model after one more interval, which counts for so much of itself."""
        passes, seconds = interval.passes, interval.busy_seconds
        if passes <= 0 or seconds < LEAST_SECONDS or interval.tokens_done <= 0:
            return self
        variance, kept = self._judge(interval)
        kept *= math.exp(-seconds / MEMORY_BUSY_SECONDS)
        x, y = passes / seconds, interval.tokens_done / seconds
        return CostModel(
            pp=kept * self.pp + weight * passes * x * x,
            pt=kept * self.pt + weight * passes * x * y,
            tt=kept * self.tt + weight * passes * y * y,
            p=kept * self.p + weight * passes * x,
            t=kept * self.t + weight * passes * y,
            passes=kept * self.passes + weight * passes,
            inputs=kept * self.inputs + weight * interval.inputs_done,
            tokens=kept * self.tokens + weight * interval.tokens_done,
            seconds=kept * self.seconds + weight * seconds,
            variance=variance,
        )

    def guess(self, works: Iterable[Work]) -> CostModel:
        """Return a model by all that pods did since they started: better than none, but not much.

        Their first pass takes long, so that some are needed.
        """
        known = [work for work in works if work.forward_passes >= GUESS_PASSES]
        passes = sum(work.forward_passes for work in known)
        if not passes:
            return self
        done = Interval(
            passes=passes,
            inputs_done=sum(work.inputs_done for work in known),
            tokens_done=sum(work.tokens_done for work in known),
            busy_seconds=sum(work.busy_seconds for work in known),
        )
        return CostModel().learn(done, GUESS_PASSES / passes)

    def fit(self) -> Cost | None:
        """Return the costs, None before the first pass. Neither is negative."""
        if self.passes <= 0.0:
            return None
        mean = self.seconds / self.passes
        guess = PRIOR_WEIGHT / (mean * mean)
        pp, tt = self.pp + guess, self.tt + guess * PRIOR_RATIO_TOKENS * PRIOR_RATIO_TOKENS
        pt = self.pt - guess * PRIOR_RATIO_TOKENS
        determinant = pp * tt - pt * pt
        if determinant <= LEAST_DETERMINANT * pp * tt:
            return self._fit_by_guess()
        a = (tt * self.p - pt * self.t) / determinant
        b = (pp * self.t - pt * self.p) / determinant
        if a < 0.0:
            a, b = 0.0, self.t / tt
        elif b < 0.0:
            a, b = self.p / pp, 0.0
        scale = self.variance / determinant
        return Cost(a, b, scale * tt, scale * pp, -scale * pt)

    def _fit_by_guess(self) -> Cost:
        """Return the costs by the mean of a pass and the usual ratio: nothing tells them apart."""
        token = self.seconds / (PRIOR_RATIO_TOKENS * self.passes + self.tokens)
        error = self.variance / PRIOR_WEIGHT * token * token
        pass_seconds = PRIOR_RATIO_TOKENS * token
        return Cost(pass_seconds, token, error * PRIOR_RATIO_TOKENS**2, error)

    def _judge(self, interval: Interval) -> tuple[float, float]:
        """Return the variance, and how much of the past still counts, after an interval."""
        cost = self.fit()
        passes, seconds = interval.passes, interval.busy_seconds
        tokens = interval.tokens_done / passes
        expected = cost.estimate_seconds(tokens) if cost else 0.0
        if cost is None or expected <= 0.0:
            return self.variance, 1.0
        error = seconds / passes / expected - 1.0
        doubt = math.sqrt(self.variance / passes + (cost.estimate_error(tokens) / expected) ** 2)
        if abs(error) > max(SURPRISE_SHARE, SURPRISE_ERRORS * doubt):
            return PRIOR_VARIANCE, SURPRISE_KEPT
        step = (passes * error * error - self.variance) / VARIANCE_MEMORY_INTERVALS
        return self.variance + step, 1.0
