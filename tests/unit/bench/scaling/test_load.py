from __future__ import annotations

from bench.scaling.load import cut, split
from tests.unit.bench.scaling.builders import a_load


def test_inputs_are_cut_at_what_a_model_reads() -> None:
    assert cut(a_load([(1.0, 100), (2.0, 900)]), 512).tokens.tolist() == [100, 512]


def test_long_inputs_are_split_into_chunks_that_come_together() -> None:
    load = split(a_load([(1.0, 100), (2.0, 1100), (3.0, 512)]), 512)

    assert load.times.tolist() == [1.0, 2.0, 2.0, 2.0, 3.0]
    assert load.tokens.tolist() == [100, 512, 512, 76, 512]


def test_the_peak_is_of_the_seconds_asked_for_and_nothing_comes_after_the_end() -> None:
    load = a_load([], 10.0)
    load.intensity[3:] = 7.0

    assert load.peak_between(0, 2.9) == 0.0
    assert load.peak_between(0, 3) == 7.0
    assert load.peak_between(20, 30) == 0.0
    assert load.mean_tokens == 0.0
