from __future__ import annotations

import pytest

from bench.scaling.bars import NOT_JUDGED, NOT_REACHED, REACHED, judge, to_bar_rows
from bench.scaling.curve import Point, build_curve
from bench.scaling.results import Results
from tests.unit.bench.scaling.builders import an_outcome

SWEPT = {"work@0.9": (1000.0, 4.0), "work@0.7": (2000.0, 2.0), "work@0.5": (3000.0, 1.0)}


def judge_one(trace: str = "step", **others: dict[str, float]) -> dict[tuple[str, str], str]:
    results = Results()
    results.add(trace, "work", an_outcome(allocation_seconds=2000.0, p99_wait_s=2.0, follow_s=5.0))
    for name, (cost, wait) in SWEPT.items():
        results.add(trace, name, an_outcome(allocation_seconds=cost, p99_wait_s=wait))
    for name, figures in others.items():
        results.add(trace, name.replace("_", "-"), an_outcome(**figures))
    return {(bar.name, bar.against): bar.verdict for bar in judge(results)}


def test_the_curve_leaves_out_what_is_worse_on_both_axes() -> None:
    curve = build_curve([Point(1.0, 4.0), Point(2.0, 5.0), Point(3.0, 2.0)])

    assert curve is not None
    assert curve.points == (Point(1.0, 4.0), Point(3.0, 2.0))
    assert (curve.wait_at(2.0), curve.wait_at(0.5), curve.wait_at(9.0)) == (3.0, None, 2.0)
    assert (curve.cost_at(3.0), curve.cost_at(1.0), curve.cost_at(9.0)) == (2.0, None, 1.0)
    assert build_curve([]) is None


@pytest.mark.parametrize(
    ("cost", "wait", "both", "curve"),
    [
        (2000.0, 2.0, REACHED, REACHED),
        (1900.0, 1.9, NOT_REACHED, NOT_REACHED),
        (1990.0, 1.99, REACHED, REACHED),
        (2500.0, 1.4, REACHED, NOT_REACHED),
        (2500.0, 1.6, REACHED, REACHED),
        (900.0, 5.0, REACHED, NOT_JUDGED),
        (900.0, 3.0, REACHED, NOT_REACHED),
    ],
)
def test_a_peer_may_not_be_better(cost: float, wait: float, both: str, curve: str) -> None:
    verdicts = judge_one(kpa={"allocation_seconds": cost, "p99_wait_s": wait})

    assert verdicts["not better on both axes", "kpa"] == both
    assert verdicts["not below our curve", "kpa"] == curve


@pytest.mark.parametrize(("follow", "verdict"), [(25.0, REACHED), (24.0, NOT_REACHED)])
def test_elasticsearch_takes_five_times_as_long(follow: float, verdict: str) -> None:
    verdicts = judge_one(elasticsearch={"follow_s": follow, "allocation_seconds": 1810.0})

    assert verdicts["a change followed in a fifth", "elasticsearch"] == verdict
    assert verdicts["at most 1.10 times the cost", "elasticsearch"] == NOT_REACHED


@pytest.mark.parametrize(
    ("cost", "wait", "verdict"),
    [(1700.0, 2.0, REACHED), (1500.0, 2.0, NOT_REACHED), (1700.0, 0.5, NOT_REACHED)],
)
def test_who_knows_the_present_is_hardly_cheaper(cost: float, wait: float, verdict: str) -> None:
    verdicts = judge_one(present_oracle={"allocation_seconds": cost, "p99_wait_s": wait})

    assert verdicts["at most 1.25 times the cost at the same wait", "present-oracle"] == verdict


@pytest.mark.parametrize(("settle", "changes", "verdict"), [
    (60.0, 2, REACHED), (65.0, 0, NOT_REACHED), (10.0, 3, NOT_REACHED),
])  # fmt: skip
def test_an_even_day_is_quiet(settle: float, changes: int, verdict: str) -> None:
    results = Results()
    results.add("day-50", "work", an_outcome(settle_s=settle, late_changes=changes))

    assert [bar.verdict for bar in judge(results)] == [verdict]
    assert to_bar_rows(judge(results))[0][0] == "constant load settles and stays"


@pytest.mark.parametrize(("starts", "verdict"), [(0, REACHED), (1, NOT_REACHED)])
def test_one_that_answers_stays_one(starts: int, verdict: str) -> None:
    results = Results()
    results.add("queries-300", "work", an_outcome(starts=starts))

    assert [bar.verdict for bar in judge(results)] == [verdict]
