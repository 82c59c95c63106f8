from __future__ import annotations

from typing import Any

import pytest

from bench.errors import NotMeasured
from bench.traffic import read_figures


def an_outcome(**changes: Any) -> dict[str, Any]:
    points = {"p50": 0.01, "p99": 0.05}
    return {
        "seconds": 10.0,
        "requests": 1000,
        "tokens": 29_000,
        "errors": 0,
        "abandoned": 0,
        "server_cpu_seconds": 20.0,
        "generator_cpu_seconds": 0.5,
        "percentiles": {"all": points, "query": points},
    } | changes


def test_figures_are_rates_a_second_and_latencies_in_milliseconds() -> None:
    assert read_figures(an_outcome()) == pytest.approx(
        {
            "requests_per_second": 100.0,
            "requests_per_cpu_second": 50.0,
            "tokens_per_second": 2900.0,
            "p50_latency": 10.0,
            "p99_latency": 50.0,
            "generator_cores": 0.05,
            "generator_microseconds": 500.0,
        }
    )


def test_a_mix_has_the_latencies_of_each_kind() -> None:
    points = {"p50": 0.01, "p99": 0.05}

    figures = read_figures(
        an_outcome(percentiles={"all": points, "query": points, "passage": points})
    )

    assert figures["query_p50_latency"] == pytest.approx(10.0)
    assert figures["passage_p99_latency"] == pytest.approx(50.0)


@pytest.mark.parametrize("changes", [{"requests": 0}, {"errors": 20}, {"abandoned": 20}])
def test_a_server_that_fails_requests_is_not_measured(changes: dict[str, int]) -> None:
    with pytest.raises(NotMeasured, match="requests failed"):
        read_figures(an_outcome(**changes))


def test_a_lost_request_in_a_thousand_is_forgiven() -> None:
    assert read_figures(an_outcome(errors=1))["requests_per_second"] == pytest.approx(100.0)
