"""Dense vectors as bytes, for indices whose element_type is byte. Pure.

One factor for every number of every vector: so cosine and dot product of two byte vectors are
those of the float vectors but for rounding, whatever else was embedded.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from allot_runtime.models.interface import Floats

Bytes = NDArray[np.int8]
# The largest number of a vector of length 1 becomes the largest byte.
FACTOR = 127
LEAST, MOST = -128, 127


def to_bytes(vector: Floats) -> Bytes:
    """Return whole numbers from -128 to 127; what lies beyond becomes the nearest of them."""
    scaled: NDArray[Any] = np.rint(vector * np.float32(FACTOR))
    return scaled.clip(LEAST, MOST).astype(np.int8)
