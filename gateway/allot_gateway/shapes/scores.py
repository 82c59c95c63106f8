"""A ranking's scores between 0 and 1, where an API promises that. Pure."""

from __future__ import annotations

import math


def squash(score: float) -> float:
    """Return the logistic function of a score: the order stays, and 0 becomes 0.5.

    Elasticsearch's scores are what the model gives: a cross-encoder's logits have no bounds.
    """
    if score >= 0:
        return 1 / (1 + math.exp(-score))
    # The same, without an overflow for a score far below zero.
    raised = math.exp(score)
    return raised / (1 + raised)
