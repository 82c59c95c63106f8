"""KubeAI's rule by hand-worked examples."""

from __future__ import annotations

from bench.scaling.policies.kubeai import KubeAI


def test_a_step_is_seen_once_the_ring_has_filled_enough() -> None:
    rule = KubeAI()

    # 300 active: after 20 of 60 rounds the mean is 100, for one pod; a round later 105, for two.
    numbers = [rule.decide(1, 300) for _ in range(60)]

    assert numbers.index(2) == 20
    assert numbers.index(3) == 40
    assert numbers[-1] == 3


def test_down_after_three_rounds_that_want_less() -> None:
    rule = KubeAI(target=1)
    rule.decide(1, 120)

    assert [rule.decide(4, 0) for _ in range(3)] == [4, 4, 2]


def test_a_higher_round_between_begins_the_patience_anew() -> None:
    rule = KubeAI(target=1)
    rule.decide(1, 60)

    assert [rule.decide(2, 0), rule.decide(2, 60), rule.decide(3, 0)] == [2, 2, 3]
