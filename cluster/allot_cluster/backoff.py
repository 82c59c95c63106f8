"""How long to wait before trying again: doubling, bounded and jittered."""

from __future__ import annotations

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
_DOUBLINGS = 16
"""Enough to reach any sensible bound; more would only make the power large."""


def backoff_seconds(failures: int, draw: float, longest: float = LONGEST_SECONDS) -> float:
    """Return the wait after so many failures in a row; 0 after none.

    `draw` in [0, 1) spreads it over the upper half, so that many watches that were cut at once
    do not come back at once: the third failure waits 1 to 2 seconds.
    """
    if failures <= 0:
        return 0.0
    whole = min(longest, FIRST_SECONDS * 2.0 ** min(failures - 1, _DOUBLINGS))
    return whole * (0.5 + draw / 2)
