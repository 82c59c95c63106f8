"""How many tokens arrived of late, and how evenly.

Tokens in a window have the variance D times their number, where D, the dispersion, is learnt from
one interval to the next; for a Poisson process of equal inputs it is the length of an input.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

KEPT_SECONDS = 300.0
# Up to here each window is looked at, and then those that are so many times as long.
EACH_SECONDS, SPACING = 60.0, 1.25
# Shorter spans are joined: more of them would say no more.
LEAST_SPAN_SECONDS = 1.5
# The dispersion is a mean of about so many pairs of spans, fewer at first.
LEAST_MEMORY_SPANS, MEMORY_SPANS = 20, 100
# Lengths vary, and requests bring several inputs: until known, twice a Poisson process.
PRIOR_DISPERSION_INPUTS = 2.0
# From here on arrivals come in bulk, and are looked at in parts of at least so many seconds.
BURSTY_DISPERSION = 4.0
BULK_SECONDS = 7.0
# A step of the load is no dispersion: one pair of spans counts at most so many times what is known.
LARGEST_SURPRISE = 6.0


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens that arrived in so many seconds; at least these, where it is not complete."""

    seconds: float
    tokens: float
    is_complete: bool


class Window(NamedTuple):
    """The last so many seconds, and the tokens that came in them.

    `lasting` are those tokens without the largest bulk. In the `known_seconds` of them that are
    complete, `known_tokens` came.
    """

    seconds: float
    tokens: float
    lasting: float
    known_seconds: float
    known_tokens: float


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The last spans, the newest first, and the dispersion in inputs' mean lengths.

    `learnt` is from how many pairs of spans that is known.
    """

    spans: tuple[Span, ...] = ()
    dispersion: float = PRIOR_DISPERSION_INPUTS
    learnt: int = 0

    def add(self, span: Span, input_tokens: float) -> Arrivals:
        """Return the arrivals with one more span; a short one joins the one before."""
        spans = self.spans
        if spans and spans[0].seconds < LEAST_SPAN_SECONDS:
            joined = _cut((_join(spans[0], span), *spans[1:]))
            return Arrivals(joined, self.dispersion, self.learnt)
        newer = _cut((span, *spans))
        if len(spans) > 1 and spans[0].is_complete and spans[1].is_complete and input_tokens:
            dispersion = self._learn(spans[0], spans[1], input_tokens)
            return Arrivals(newer, dispersion, min(self.learnt + 1, MEMORY_SPANS))
        return Arrivals(newer, self.dispersion, self.learnt)

    @property
    def is_bursty(self) -> bool:
        """Whether requests come in bulk."""
        return self.dispersion >= BURSTY_DISPERSION

    def windows(self) -> Iterator[Window]:
        """Yield windows from the shortest to the longest: of a minute each, then ever fewer.

        What was not heard counts as nothing. Where requests come in bulk, one of them is no rise:
        then the fullest part of a window counts as the second fullest.
        """
        is_bursty = self.is_bursty
        least = BULK_SECONDS if is_bursty else 0.0
        seconds = tokens = known_seconds = known_tokens = first = second = following = 0.0
        part_seconds = part = 0.0
        for span in self.spans:
            seconds += span.seconds
            tokens += span.tokens
            if span.is_complete:
                known_seconds += span.seconds
                known_tokens += span.tokens
            part_seconds += span.seconds
            part += span.tokens
            if part_seconds < least:
                continue
            if is_bursty and part > second:
                first, second = max(first, part), min(first, part)
            part_seconds = part = 0.0
            if seconds >= following:
                lasting = tokens - first + second
                yield Window(seconds, tokens, lasting, known_seconds, known_tokens)
                if seconds >= EACH_SECONDS:
                    following = SPACING * seconds

    def _learn(self, one: Span, other: Span, input_tokens: float) -> float:
        """Return the dispersion after two neighbouring spans.

        Counts of a Poisson process differ by about the square root of their sum.
        """
        first, second = one.tokens / one.seconds, other.tokens / other.seconds
        if first + second <= 0.0:
            return self.dispersion
        seconds = 2 / (1 / one.seconds + 1 / other.seconds)
        seen = (first - second) ** 2 * seconds / (first + second) / input_tokens
        seen = min(seen, LARGEST_SURPRISE * self.dispersion)
        weight = 1 / max(LEAST_MEMORY_SPANS, self.learnt)
        return max(1.0, self.dispersion + (seen - self.dispersion) * weight)


def _join(newer: Span, older: Span) -> Span:
    return Span(
        newer.seconds + older.seconds,
        newer.tokens + older.tokens,
        newer.is_complete and older.is_complete,
    )


def _cut(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    seconds = 0.0
    for index, span in enumerate(spans):
        if seconds >= KEPT_SECONDS:
            return spans[:index]
        seconds += span.seconds
    return spans
