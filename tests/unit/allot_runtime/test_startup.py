from __future__ import annotations

import pytest

from allot_runtime.startup import StartPhase, StartWatch, describe_phases


def a_start() -> StartWatch:
    watch = StartWatch(made_at=100.0, age_seconds=2.0)
    watch.enter(StartPhase.FETCH, 101.0)
    watch.enter(StartPhase.IMPORT, 104.0)
    watch.enter(StartPhase.LOAD, 105.5)
    watch.enter(StartPhase.WARM_UP, 106.0)
    return watch


def test_a_start_adds_up_from_the_process_first_moment() -> None:
    watch = a_start()
    watch.end(106.25)

    seconds = watch.measure(999.0)

    # Two seconds before the watch and one after, and torch's import later on.
    assert seconds == {"import": 4.5, "fetch": 3.0, "load": 0.5, "warm_up": 0.25}
    assert sum(seconds.values()) == pytest.approx(106.25 - 98.0)


def test_a_phase_that_runs_is_measured_until_now() -> None:
    watch = StartWatch(made_at=100.0)
    watch.enter(StartPhase.FETCH, 101.0)

    assert watch.measure(161.0) == {"import": 1.0, "fetch": 60.0}
    assert watch.measure(162.0)[StartPhase.FETCH] == 61.0


def test_phases_in_words() -> None:
    watch = a_start()

    assert describe_phases(watch.measure(106.25)) == (
        "import 4.5 s, fetch 3.0 s, load 0.5 s, warm up 0.2 s"
    )
