"""How often model pods are asked: as often as can be afforded. Pure."""

from __future__ import annotations

# What is seen later is followed later; what came in less time says little.
USUAL_SECONDS = 2.0
# Asking one pod and deciding on it takes 0.3 ms of a core (`python -m bench.scaling_loop`), so that
# this many a second take an eighth of one.
PODS_PER_SECOND = 400
# However many pods there are: a load that rises must not be seen later than this.
LONGEST_SECONDS = 5.0


def choose_pause(pods: int, shortest_seconds: float) -> float:
    """Return the seconds until the next round: `shortest_seconds`, or more for very many pods."""
    return max(shortest_seconds, min(LONGEST_SECONDS, pods / PODS_PER_SECOND))
