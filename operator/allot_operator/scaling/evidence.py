"""What the arrivals prove: how much surely comes, and how much is surely not exceeded.

Arrivals are random: each window of the recent past bounds the rate from both sides, as a Poisson
count after the square root made its variance constant: (sqrt(X) -+ z sqrt(D) / 2)^2 for X tokens
of the dispersion D, which grow with X. A long window tells more exactly, but of times that may be
over: so what it shows counts at most as far as no shorter one, which is about the same present,
refutes it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from allot_operator.scaling.arrivals import Arrivals

# A rise is begun when the load is above by so many standard errors, since in a day 43,200 looks
# see some 30 windows each; it is sized less strictly: else it would take several steps.
RISE_ERRORS, SIZE_ERRORS, FALL_ERRORS = 4.0, 1.5, 2.0
# What a rise is sized by, and what a person is told, is of no longer windows.
SHORT_SECONDS = 60.0
# What speaks for a fall is of windows that are at least so long.
FALL_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rates in tokens per second.

    `above` is what most likely arrives at least if surely more than the threshold does, else 0.
    `mean` is that of a minute, `expected` the same unless shorter windows show more or less.
    `upper` is what surely is not exceeded, None while too little is known. `is_bursty` says that
    requests come in bulk.
    """

    above: float
    mean: float
    expected: float
    upper: float | None
    is_bursty: bool = False


def weigh(arrivals: Arrivals, input_tokens: float, threshold: float) -> Evidence:
    """Return what the windows show, of inputs of that mean length, against a threshold."""
    above = lower = sure = mean = expected = 0.0
    ceiling = enough = math.inf
    # Half a standard error of the square root of what arrived.
    half = math.sqrt(arrivals.dispersion * input_tokens) / 2
    for seconds, tokens, lasting, known_seconds, known_tokens in arrivals.windows():
        root = math.sqrt(lasting)
        proven = min(ceiling, max(0.0, root - RISE_ERRORS * half) ** 2 / seconds)
        likely = min(ceiling, max(0.0, root - SIZE_ERRORS * half) ** 2 / seconds)
        if seconds <= SHORT_SECONDS:
            sure, lower, mean = max(sure, proven), max(lower, likely), tokens / seconds
            expected = max(lower, min(ceiling, mean))
        if proven > threshold:
            above = max(above, likely)
        ceiling = min(ceiling, (math.sqrt(tokens) + RISE_ERRORS * half) ** 2 / seconds)
        if known_seconds >= FALL_SECONDS:
            known = math.sqrt(known_tokens) + FALL_ERRORS * half
            enough = min(enough, known * known / known_seconds)
    # A long window that began before a rise does not speak against it.
    upper = None if enough == math.inf else max(enough, sure)
    return Evidence(above, mean, expected, upper, arrivals.is_bursty)
