"""What is asked of our policy, and whether it is so: each bar in the open. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.scaling.curve import Curve, Point, build_curve
from bench.scaling.policies.catalog import (
    ELASTICSEARCH,
    ELASTICSEARCH_OWN,
    ORACLE,
    OURS,
    PEERS,
    SEPARATOR,
)
from bench.scaling.results import Figures, Results

BAR_HEADS = ("bar", "trace", "against", "figures", "verdict")
REACHED, NOT_REACHED, NOT_JUDGED = "reached", "not reached", "not judged"
# Means this close are a tie.
TIE = 0.02
FASTER, DEARER, ORACLE_DEARER = 5.0, 1.10, 1.25
SETTLING_SECONDS, MOST_CHANGES = 60.0, 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar on one trace."""

    name: str
    trace: str
    against: str
    figures: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Seconds:
    """What the same took: ours, Elasticsearch's policy, and who knows the present, if it ran."""

    ours: float
    theirs: float
    knowing: float | None

    def is_fifth(self, seconds: float) -> bool:
        """Whether so many are a fifth of what Elasticsearch's policy takes."""
        return seconds * FASTER <= self.theirs and math.isfinite(seconds)


def judge(results: Results) -> list[Bar]:
    """Return every bar that the results can say something on."""
    bars: list[Bar] = []
    for trace in results.traces:
        policies = results.summarize(trace)
        if OURS not in policies:
            continue
        curve = build_sweep(policies)
        bars += judge_peers(trace, policies, curve)
        bars += judge_elasticsearch(trace, policies)
        if curve and ORACLE in policies:
            bars.append(judge_oracle(trace, policies[ORACLE], curve))
        bars += judge_steadiness(results, trace)
    return bars


def build_sweep(policies: Mapping[str, Figures]) -> Curve | None:
    """Return the curve of our sweep, ours at its defaults among it; None without a sweep."""
    swept = [one for name, one in policies.items() if name.partition(SEPARATOR)[0] == OURS]
    return build_curve(Point(one.cost, one.wait) for one in swept) if len(swept) > 1 else None


def judge_peers(trace: str, policies: Mapping[str, Figures], curve: Curve | None) -> list[Bar]:
    """Return, of each reactive peer, whether it is better than ours at anything."""
    bars, ours = [], policies[OURS]
    for name in PEERS:
        if name not in policies:
            continue
        peer = policies[name]
        text = (
            f"wait {peer.wait:.3f} s, {peer.cost:,.0f} against {ours.wait:.3f} s, {ours.cost:,.0f}"
        )
        is_better = _is_less(peer.wait, ours.wait) and _is_less(peer.cost, ours.cost)
        verdict = NOT_REACHED if is_better else REACHED
        bars.append(Bar("not better on both axes", trace, name, text, verdict))
        if curve:
            bars.append(_judge_by_curve(trace, name, peer, curve))
    return bars


def _judge_by_curve(trace: str, name: str, peer: Figures, curve: Curve) -> Bar:
    bar, at = "not below our curve", f"wait {peer.wait:.3f} s at {peer.cost:,.0f}"
    ours = curve.wait_at(peer.cost / (1 - TIE) if peer.cost < curve.points[0].cost else peer.cost)
    if ours is None:
        cheapest = curve.points[0]
        text = f"{at}; our cheapest: {cheapest.wait:.3f} s at {cheapest.cost:,.0f}"
        verdict = NOT_JUDGED if peer.wait > cheapest.wait else NOT_REACHED
        return Bar(bar, trace, name, text, verdict)
    verdict = NOT_REACHED if _is_less(peer.wait, ours) else REACHED
    return Bar(bar, trace, name, f"{at}; ours there: {ours:.3f} s", verdict)


def judge_elasticsearch(trace: str, policies: Mapping[str, Figures]) -> Iterator[Bar]:
    """Give the bars against Elasticsearch's policy, on our service and on its own."""
    ours = policies[OURS].means
    knowing = policies[ORACLE].means if ORACLE in policies else {}
    for name in (ELASTICSEARCH, ELASTICSEARCH_OWN):
        if name not in policies:
            continue
        theirs = policies[name].means
        for figure, text in (("follow_s", "a change followed"), ("backlog_s", "a backlog drained")):
            if figure in theirs and theirs[figure] > 0:
                seconds = Seconds(ours[figure], theirs[figure], knowing.get(figure))
                yield _judge_faster(f"{text} in a fifth", trace, name, seconds)
        ratio = ours["allocation_seconds"] / theirs["allocation_seconds"]
        verdict = REACHED if ratio <= DEARER else NOT_REACHED
        text = f"{ratio:.2f} times its allocation-seconds"
        yield Bar(f"at most {DEARER:.2f} times the cost", trace, name, text, verdict)


def _judge_faster(bar: str, trace: str, name: str, seconds: Seconds) -> Bar:
    verdict = REACHED if seconds.is_fifth(seconds.ours) else NOT_REACHED
    text = f"{seconds.ours:.1f} s against {seconds.theirs:.1f} s"
    if seconds.knowing is not None:
        does = "does" if seconds.is_fifth(seconds.knowing) else "does not either"
        text += f"; who knows the present: {seconds.knowing:.1f} s, {does}"
    return Bar(bar, trace, name, text, verdict)


def judge_oracle(trace: str, oracle: Figures, curve: Curve) -> Bar:
    """Return the bar against who knows the true rate of each moment."""
    bar = f"at most {ORACLE_DEARER:.2f} times the cost at the same wait"
    cost = curve.cost_at(oracle.wait)
    if cost is None:
        least = curve.points[-1]
        ratio = least.cost / oracle.cost
        text = f"its wait {oracle.wait:.3f} s, our least {least.wait:.3f} s at {ratio:.2f} times"
        return Bar(bar, trace, ORACLE, text, NOT_REACHED)
    ratio = cost / oracle.cost
    verdict = REACHED if ratio <= ORACLE_DEARER else NOT_REACHED
    return Bar(bar, trace, ORACLE, f"{ratio:.2f} times at {oracle.wait:.3f} s", verdict)


def judge_steadiness(results: Results, trace: str) -> Iterator[Bar]:
    """Give the bars of the long, even loads."""
    runs = results.traces[trace][OURS]
    settle = max(run.settle_s for run in runs)
    changes = max(run.late_changes for run in runs)
    if trace.startswith("day-"):
        is_steady = settle <= SETTLING_SECONDS and changes <= MOST_CHANGES
        text = f"settled after {settle:.0f} s, then {changes} changes in 24 h"
        verdict = REACHED if is_steady else NOT_REACHED
        yield Bar("constant load settles and stays", trace, "", text, verdict)
    if trace == "queries-300":
        starts = max(run.starts for run in runs)
        wait = max(run.p99_wait_s for run in runs)
        text = f"{starts} pods started, p99 wait {1000 * wait:.0f} ms"
        verdict = NOT_REACHED if starts else REACHED
        yield Bar("one that does 300 queries/s stays one", trace, "", text, verdict)


def _is_less(one: float, other: float) -> bool:
    """Whether a figure is less by more than a tie."""
    return one < other * (1 - TIE)


def to_bar_rows(bars: Sequence[Bar]) -> list[list[str]]:
    """Return the bars' rows."""
    return [[bar.name, bar.trace, bar.against, bar.figures, bar.verdict] for bar in bars]
