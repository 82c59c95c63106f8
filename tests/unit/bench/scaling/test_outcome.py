from __future__ import annotations

import math

import numpy as np
import pytest

from bench.scaling.outcome import conclude, find_quantile
from tests.unit.bench.scaling.builders import EVEN_COST, a_load, a_setup, run_script

# 384 tokens take 3.94 s.
CAPACITY = 384 / EVEN_COST.seconds(384)


def test_quantiles_are_by_nearest_rank() -> None:
    values = np.arange(1.0, 101.0)

    assert find_quantile(values, 0.5) == 50.0
    assert find_quantile(values, 0.99) == 99.0
    assert find_quantile(values[:0], 0.5) == 0.0


def test_a_change_is_followed_when_the_target_can_do_what_comes() -> None:
    load = a_load([], rate=1.5 * CAPACITY, changed_at=40.0)

    assert conclude(run_script(a_setup(), load, {50.0: 2})).follow_s == 10.0
    assert conclude(run_script(a_setup(), load, {30.0: 2})).follow_s == 0.0
    assert conclude(run_script(a_setup(), load)).follow_s == math.inf
    assert conclude(run_script(a_setup(), a_load([]))).follow_s is None


def test_a_backlog_counts_while_more_waits_than_is_done_in_a_second() -> None:
    # 20 x 384 tokens at 9.9 s: all but the last one's time, at samples every 5 s from 10 s on.
    load = a_load([(9.9, 384)] * 6)

    outcome = conclude(run_script(a_setup(), load))

    # Waiting: 5 passes at 10 s, 3 at 20 s, 1 at 25 s, none at 30 s.
    assert outcome.backlog_s == 4 * 5.0
    assert outcome.p99_wait_s == pytest.approx(5 * 3.94)


def test_settling_is_when_the_usual_target_was_first_taken() -> None:
    outcome = conclude(run_script(a_setup(), a_load([]), {5.0: 3, 70.0: 2, 80.0: 3}))

    assert outcome.settle_s == 5.0
    assert outcome.late_changes == 2
    assert outcome.actions == 3
