from __future__ import annotations

from pathlib import Path

from bench.scaling.load import Load
from bench.scaling.running import (
    Keeper,
    Task,
    choose_initial,
    find_best_constant,
    run_all,
    simulate,
)
from bench.scaling.sources import Source
from tests.unit.bench.scaling.builders import a_load, a_setup, an_outcome

# Of 384 tokens each, which take a pod 3.94 s.
EVEN = [(second / 1.0, 384) for second in range(100)]
RATE = 384.0


def an_even_load(minimum: int = 1) -> Load:
    return a_load(EVEN, rate=RATE, minimum=minimum)


def test_the_best_constant_is_the_smallest_that_hardly_waits() -> None:
    outcome = find_best_constant(a_setup(), an_even_load())

    assert outcome.allocation_seconds == 4 * 100.0
    assert outcome.p99_wait_s < 1.0


def test_all_start_with_what_the_first_second_needs() -> None:
    assert choose_initial(a_setup(), an_even_load()) == 5
    assert choose_initial(a_setup(), a_load([], minimum=0)) == 0


def test_who_cannot_go_to_zero_starts_with_one() -> None:
    load = a_load([], minimum=0)

    assert simulate(a_setup(), load, "hpa-cpu").targets[0] == (0.0, 1)
    assert simulate(a_setup(), load, "work").targets[0] == (0.0, 0)


def test_foresight_waits_no_longer_than_who_knows_the_present_alone() -> None:
    load = a_load([(50 + second / 10, 100) for second in range(300)], minimum=0)
    load.intensity[50:80] = 1000.0

    present = simulate(a_setup(), load, "present-oracle")
    foresight = simulate(a_setup(), load, "foresight")

    assert max(foresight.waits) < max(present.waits)
    assert foresight.targets[1][0] < 50.0 <= present.targets[1][0]


def test_a_kept_run_is_not_run_again(tmp_path: Path) -> None:
    task = Task(Source("no such trace"), "work", a_setup())
    keeper = Keeper(tmp_path)
    keeper.keep(task, an_outcome(late=7))

    assert [outcome.late for _, outcome in run_all([task], 1, keeper)] == [7]
    assert keeper.find(Task(Source("no such trace"), "work", a_setup(seed=2))) is None
    assert Keeper(None).find(task) is None
