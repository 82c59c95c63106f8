"""How near vectors are to others. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

Vector = Sequence[float]


def smallest_cosine(found: Sequence[Vector], wanted: Sequence[Vector]) -> float:
    """Return the smallest cosine of pairs; NaN where a vector is of another length or no number."""
    cosines = [cosine(one, other) for one, other in zip(found, wanted, strict=True)]
    return math.nan if any(math.isnan(value) for value in cosines) else min(cosines)


def cosine(one: Vector, other: Vector) -> float:
    """Return the cosine of two vectors; NaN if they have none."""
    if len(one) != len(other):
        return math.nan
    product = sum(left * right for left, right in zip(one, other, strict=True))
    lengths = math.hypot(*one) * math.hypot(*other)
    return product / lengths if lengths else math.nan
