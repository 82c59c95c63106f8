from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_runtime.counters import Counters, MinuteCounter, Period, Snapshot

passes = st.lists(st.tuples(st.floats(0, 50), st.integers(1, 9)), max_size=30)


def test_the_last_minute_is_the_last_that_ended() -> None:
    counter = MinuteCounter(start=100.0)
    counter.record(110.0, 4, 0.5)
    counter.record(159.0, 2, 0.25)

    counter.advance(161.0)

    assert (counter.last, counter.peak) == (Period(6, 0.75), 6)


def test_a_minute_in_which_nothing_was_done_is_empty() -> None:
    counter = MinuteCounter(start=0.0)
    counter.record(10.0, 4, 0.5)

    counter.advance(190.0)

    assert (counter.last, counter.peak) == (Period(), 4)


def test_the_minute_that_runs_counts_for_nothing_yet() -> None:
    counter = MinuteCounter(start=0.0)
    counter.record(10.0, 4, 0.5)

    counter.advance(59.9)

    assert (counter.last, counter.peak) == (Period(), 0)


@given(passes)
def test_the_peak_is_the_best_whole_minute(steps: list[tuple[float, int]]) -> None:
    counter, now, minutes = MinuteCounter(start=0.0), 0.0, dict[int, int]()
    for wait, inputs in steps:
        now += wait
        counter.record(now, inputs, 0.1)
        minutes[int(now // 60)] = minutes.get(int(now // 60), 0) + inputs

    counter.advance((now // 60 + 1) * 60)

    assert counter.peak == max(minutes.values(), default=0)
    assert counter.last.inputs == minutes.get(int(now // 60), 0)


def a_snapshot(counters: Counters) -> Snapshot:
    return Snapshot(counters, inputs_waiting=3, tokens_waiting=30, inputs_running=2)


def test_work_is_what_the_scaler_reads() -> None:
    counters = Counters(MinuteCounter(0.0))
    counters.record_arrival(5, 50)
    counters.record_pass(1.0, 2, 20, 0.5)

    assert a_snapshot(counters).describe_work() == {
        "forward_passes": 1,
        "inputs_arrived": 5,
        "inputs_done": 2,
        "tokens_arrived": 50,
        "tokens_done": 20,
        "tokens_waiting": 30,
        "busy_seconds": 0.5,
    }


def test_a_node_that_did_nothing_has_no_average() -> None:
    assert a_snapshot(Counters(MinuteCounter(0.0))).describe_inference() == {
        "inference_count": 0,
        "inference_cache_hit_count": 0,
        "number_of_pending_requests": 5,
        "peak_throughput_per_minute": 0,
        "throughput_last_minute": 0,
        "inference_cache_hit_count_last_minute": 0,
    }


def test_elasticsearchs_fields_of_a_node() -> None:
    counters = Counters(MinuteCounter(0.0), errors=1, timeouts=2, last_access_milliseconds=99)
    counters.record_pass(1.0, 4, 20, 0.5)
    counters.minutes.advance(61.0)

    fields = a_snapshot(counters).describe_inference()

    assert fields["average_inference_time_ms"] == pytest.approx(125.0)
    assert fields["average_inference_time_ms_last_minute"] == pytest.approx(125.0)
    assert (fields["peak_throughput_per_minute"], fields["throughput_last_minute"]) == (4, 4)
    assert (fields["error_count"], fields["timeout_count"], fields["last_access"]) == (1, 2, 99)
    assert "rejected_execution_count" not in fields
