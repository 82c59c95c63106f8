from __future__ import annotations

from bench.plots import PANELS, group_by_metric
from bench.rounds import Ratio


def test_a_drawing_has_a_panel_for_each_figure_up_to_a_few() -> None:
    ratios = [
        Ratio(against, f"metric {index}", 1.0, 1.0, 1.0)
        for index in range(PANELS + 3)
        for against in ("naive", "tei")
    ]

    groups = group_by_metric(ratios)

    assert list(groups) == [f"metric {index}" for index in range(PANELS)]
    assert [ratio.against for ratio in groups["metric 0"]] == ["naive", "tei"]
