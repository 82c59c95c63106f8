"""What the arrivals prove: how much surely comes, and how much is surely not exceeded.

Each window of the recent past bounds the rate from both sides. A long window tells more exactly,
but of times that may be over: so what it shows counts at most as far as no shorter one, which is
about the same present, refutes it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from allot_operator.scaling.arrivals import Arrivals

# A rise is begun when the load is above by so many standard errors, and sized less strictly:
# else it would take several steps.
RISE_ERRORS, SIZE_ERRORS, FALL_ERRORS = 3.5, 1.5, 2.0
# What a rise is sized by, and what a person is told, is of no longer windows.
SHORT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rates in tokens per second.

    `above` is what surely arrives if that is more than the threshold, else 0; `lower` what most
    likely arrives at least, `mean` the mean of a minute. `upper` is what surely is not exceeded,
    None while too little is known.
    """

    above: float
    lower: float
    mean: float
    upper: float | None


def weigh(arrivals: Arrivals, input_tokens: float, threshold: float) -> Evidence:
    """Return what the windows show, of inputs of that mean length, against a threshold."""
    above = lower = sure = mean = 0.0
    ceiling = math.inf
    for window in arrivals.windows_of_rise(input_tokens):
        proven = min(ceiling, window.bound(-RISE_ERRORS))
        likely = min(ceiling, window.bound(-SIZE_ERRORS))
        if window.seconds <= SHORT_SECONDS:
            sure, lower = max(sure, proven), max(lower, likely)
            mean = window.tokens / window.seconds
        if proven > threshold:
            above = max(above, likely)
        ceiling = min(ceiling, window.bound(RISE_ERRORS))
    falls = arrivals.windows_of_fall(input_tokens)
    enough = min((window.bound(FALL_ERRORS) for window in falls), default=None)
    # A long window that began before a rise does not speak against it.
    return Evidence(above, lower, mean, None if enough is None else max(enough, sure))
