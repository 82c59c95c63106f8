"""What one allocation can do: its rate of tokens at passes as full as whole inputs make them."""

from __future__ import annotations

from dataclasses import dataclass

from allot_operator.scaling.cost_model import Cost

# The best that is believed of a cost that is hardly known.
LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Capacity:
    """Tokens per second as the cost is fitted, one standard error better, and one worse.

    `pass_tokens` are those of a full pass.
    """

    pass_tokens: float
    usual: float
    best: float
    worst: float


def find_capacity(cost: Cost, pass_tokens: float, input_tokens: float) -> Capacity:
    """Return the capacity for a budget of a pass and inputs of a mean length."""
    tokens = choose_full_pass(pass_tokens, input_tokens)
    seconds, error = cost.estimate_seconds(tokens), cost.estimate_error(tokens)
    least = max(seconds - error, LEAST_SHARE * seconds)
    return Capacity(tokens, tokens / seconds, tokens / least, tokens / (seconds + error))


def choose_full_pass(pass_tokens: float, input_tokens: float) -> float:
    """Return the tokens of a pass that is as full as whole inputs make it.

    The first input always fits; the one that no longer does leaves half its length free.
    """
    return max(input_tokens, pass_tokens - input_tokens / 2)
