from __future__ import annotations

import numpy as np
import pytest

from bench.scaling.lengths import Lengths, draw_lengths, mean_length
from bench.scaling.load import Load
from bench.scaling.traces import LONG_SHAPES, SHAPES, build_heavy_tails, draw, draw_times


def is_same(one: Load, other: Load) -> bool:
    return np.array_equal(one.times, other.times) and np.array_equal(one.tokens, other.tokens)


@pytest.mark.parametrize("name", SHAPES)
def test_a_seed_makes_the_same_load_and_another_seed_another(name: str) -> None:
    shape = SHAPES[name]()

    assert is_same(draw(shape, 1), draw(shape, 1))
    assert not is_same(draw(shape, 1), draw(shape, 2))


@pytest.mark.parametrize("name", SHAPES)
def test_the_rate_drawn_from_is_the_rate_that_comes(name: str) -> None:
    load = draw(SHAPES[name](), 1)

    assert load.name == name
    assert np.all(np.diff(load.times) >= 0)
    assert len(load.intensity) == load.seconds
    assert load.tokens.sum() / load.intensity.sum() == pytest.approx(1.0, abs=0.12)


def test_long_shapes_are_named_after_their_rates() -> None:
    assert [build().name for build in LONG_SHAPES.values()] == list(LONG_SHAPES)


def test_bulks_come_together_and_keep_the_mean_rate() -> None:
    shape = build_heavy_tails()
    times = draw_times(shape, np.random.default_rng(1))
    _, sizes = np.unique(times, return_counts=True)

    assert len(times) / len(shape.rates) == pytest.approx(60, rel=0.1)
    assert sizes.max() > 20 * sizes.mean()


def test_the_references_lengths() -> None:
    assert mean_length(Lengths.QUERIES) == pytest.approx(8, abs=0.2)
    assert mean_length(Lengths.PASSAGES) == pytest.approx(101, abs=1)
    assert mean_length(Lengths.MIX) == pytest.approx(26.6, abs=1)
    assert mean_length(Lengths.TWICE) == pytest.approx(202, abs=2)


@pytest.mark.parametrize("lengths", Lengths)
def test_a_length_is_what_a_model_can_read(lengths: Lengths) -> None:
    drawn = draw_lengths(lengths, 5000, np.random.default_rng(1))

    assert drawn.min() >= 6
    assert drawn.max() <= 512
