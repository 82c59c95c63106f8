from __future__ import annotations

import pytest

from allot_operator.observing.pacing import choose_pause


@pytest.mark.parametrize(
    ("pods", "shortest", "pause"),
    [(0, 2, 2), (800, 2, 2), (1_200, 2, 3), (2_000, 2, 5), (50_000, 2, 5), (50_000, 10, 10)],
)
def test_very_many_pods_are_asked_less_often_but_not_seldom(
    pods: int, shortest: float, pause: float
) -> None:
    assert choose_pause(pods, shortest) == pause
