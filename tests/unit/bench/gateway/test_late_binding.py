from __future__ import annotations

import pytest

from bench.gateway.late_binding import Simulation, draw_jobs, measure

SECONDS = 8.0


def test_a_seed_draws_the_same_load() -> None:
    one, other = ([(job.arrived, job.tokens) for job in draw_jobs(SECONDS, 3)] for _ in range(2))

    assert one == other
    assert len(one) > 100


@pytest.mark.parametrize("way", ["random", "least", "late"])
def test_every_request_is_answered_after_it_came(way: str) -> None:
    jobs = draw_jobs(SECONDS, 1)

    Simulation(way, jobs, 1).run()

    assert all(job.seconds > 0 for job in jobs)


def test_late_is_better_than_by_chance() -> None:
    late, chance = (measure(way, SECONDS, 1)["all"][1] for way in ("late", "random"))

    assert late < chance
