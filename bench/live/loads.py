"""The loads that are sent to a real deployment: a step and a spike, sized by what a pod does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.scaling.load import Load

# Texts of so many tokens, the two special ones included.
INPUT_TOKENS = 32
# Seconds, and how many allocations' capacity comes.
SHAPES: dict[str, tuple[tuple[float, float], ...]] = {
    "step": ((45, 0.5), (120, 2.2), (120, 0.5)),
    "spike": ((30, 0.05), (40, 3.0), (110, 0.05)),
}
# One text; every word of it is one token of the models at hand.
WORD = "mail"


def draw_load(name: str, tokens_per_second: float, seed: int) -> Load:
    """Return Poisson arrivals in a shape, for pods that do so many tokens a second."""
    parts: Sequence[tuple[float, float]] = SHAPES[name]
    intensity = np.concatenate(
        [np.full(round(seconds), share * tokens_per_second) for seconds, share in parts]
    )
    random = np.random.default_rng(seed)
    counts = random.poisson(intensity / INPUT_TOKENS)
    times = np.sort(np.repeat(np.arange(len(intensity)), counts) + random.random(counts.sum()))
    return Load(
        name=name,
        seconds=float(len(intensity)),
        times=times,
        tokens=np.full(len(times), INPUT_TOKENS),
        intensity=intensity,
        changed_at=parts[0][0],
        initial=1,
    )


def write_text(tokens: int) -> str:
    """Return a text of so many tokens."""
    return " ".join([WORD] * (tokens - 2))
