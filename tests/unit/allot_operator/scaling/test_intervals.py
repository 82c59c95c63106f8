from __future__ import annotations

from dataclasses import replace

import pytest

from allot_operator.facts.reports import Work
from allot_operator.scaling.intervals import (
    Doubt,
    Sample,
    find_doubt,
    has_fallen,
    measure_interval,
    take_samples,
)
from allot_operator.scaling.observation import PodSilence
from tests.unit.allot_operator.scaling.cases import a_pod_at_work

BEFORE = Work(10, 100, 90, 3000, 2700, 300, 9.0)
AFTER = Work(12, 120, 115, 3600, 3400, 200, 9.5, inputs_rejected=4, inputs_failed=4)


def sampled(work: Work = BEFORE, seconds: float = 95.0, **pod: object) -> dict[str, Sample]:
    return {"a": Sample(a_pod_at_work("a", work, **pod), seconds)}  # type: ignore[arg-type]


def test_an_interval_is_the_difference_of_two_answers() -> None:
    interval = measure_interval(sampled(), [a_pod_at_work("a", AFTER)], 100.0, 5.0)

    assert interval.is_complete
    assert (interval.inputs_arrived, interval.tokens_arrived) == (20, 600)
    assert (interval.passes, interval.inputs_done, interval.tokens_done) == (2, 25, 700)
    assert (interval.busy_seconds, interval.inputs_rejected) == (0.5, 4)


def test_what_came_in_a_silence_is_spread_over_it() -> None:
    interval = measure_interval(sampled(seconds=80.0), [a_pod_at_work("a", AFTER)], 100.0, 5.0)

    # A quarter of the time that the answer is about.
    assert interval.tokens_arrived == 150
    assert interval.tokens_done == 700


def test_the_first_pass_of_all_is_no_cost() -> None:
    starting = sampled(is_serving=False)

    interval = measure_interval(starting, [a_pod_at_work("a", AFTER)], 100.0, 5.0)

    assert (interval.passes, interval.busy_seconds) == (0, 0.0)
    assert interval.tokens_arrived == 600


@pytest.mark.parametrize(
    ("pod", "step", "doubt"),
    [
        (PodSilence("a", is_serving=True), 5.0, Doubt.SILENT),
        (a_pod_at_work("b", AFTER), 5.0, Doubt.NEW),
        (a_pod_at_work("a", AFTER, boot_id="other"), 5.0, Doubt.RESTARTED),
        (a_pod_at_work("a", replace(AFTER, tokens_done=1)), 5.0, Doubt.COUNTERS_FELL),
        (a_pod_at_work("a", AFTER), 0.0, Doubt.NO_TIME),
        (a_pod_at_work("a", AFTER), 5.0, None),
    ],
)
def test_each_doubt_has_its_kind_and_adds_nothing(
    pod: PodSilence, step: float, doubt: Doubt | None
) -> None:
    before = sampled()

    interval = measure_interval(before, [pod], 100.0, step)

    assert find_doubt(before.get(pod.uid), pod, step) is doubt
    assert interval.is_complete is (doubt is None)
    if doubt is not None:
        assert interval.doubts == {pod.uid: doubt}
        assert (interval.tokens_arrived, interval.tokens_done, interval.passes) == (0, 0, 0)


def test_a_pod_that_does_not_serve_is_not_waited_for() -> None:
    silent = PodSilence("b", is_serving=False)

    interval = measure_interval(sampled(), [a_pod_at_work("a", AFTER), silent], 100.0, 5.0)

    assert interval.is_complete


@pytest.mark.parametrize(
    "counter",
    [
        "forward_passes", "inputs_arrived", "inputs_done", "tokens_arrived", "tokens_done",
        "busy_seconds", "inputs_failed", "inputs_rejected",
    ],
)  # fmt: skip
def test_any_counter_that_falls_is_seen(counter: str) -> None:
    assert has_fallen(replace(AFTER, **{counter: 1}), replace(AFTER, **{counter: 0}))
    assert not has_fallen(AFTER, replace(AFTER, **{counter: 10**6}))


def test_what_waits_may_fall() -> None:
    assert not has_fallen(AFTER, replace(AFTER, tokens_waiting=0, inputs_pending=0))


def test_the_last_answer_of_a_silent_pod_is_kept_and_of_one_that_is_gone_dropped() -> None:
    before = sampled() | {"gone": Sample(a_pod_at_work("gone"), 90.0)}

    samples = take_samples(before, [PodSilence("a", is_serving=True), a_pod_at_work("c")], 100.0)

    assert samples == {"a": before["a"], "c": Sample(a_pod_at_work("c"), 100.0)}
