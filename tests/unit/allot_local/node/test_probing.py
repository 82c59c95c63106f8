from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_local.node.probing import Probe, Tally, count, parse_probe, resolve_port

results = st.lists(st.booleans(), max_size=30)


def verdicts(probe: Probe, outcomes: list[bool]) -> list[bool | None]:
    tally, found = Tally(), list[bool | None]()
    for outcome in outcomes:
        tally = count(tally, probe, succeeded=outcome)
        found.append(tally.verdict)
    return found


def a_probe(successes: int = 1, failures: int = 3) -> Probe:
    return Probe({}, success_threshold=successes, failure_threshold=failures)


def test_a_verdict_changes_at_a_threshold_only() -> None:
    outcomes = [False, False, True, False, False, False, True]

    assert verdicts(a_probe(), outcomes) == [None, None, True, True, True, False, True]


@given(results, st.integers(1, 4), st.integers(1, 4))
def test_a_verdict_follows_from_as_many_results_in_a_row(
    outcomes: list[bool], successes: int, failures: int
) -> None:
    found = verdicts(a_probe(successes, failures), outcomes)

    for index, verdict in enumerate(found):
        before = found[index - 1] if index else None
        if verdict != before:
            needed = successes if verdict else failures
            assert outcomes[index + 1 - needed : index + 1] == [verdict] * needed


def test_the_apis_defaults() -> None:
    spec = {"httpGet": {"path": "/"}}

    assert parse_probe(spec) == Probe(spec, 0.0, 10.0, 1.0, 1, 3)
    assert parse_probe(None) is parse_probe({}) is None


def test_ports_by_number_and_by_name() -> None:
    container = {"ports": [{"name": "http", "containerPort": 8080}]}

    assert [resolve_port(port, container) for port in (1, "2", "http")] == [1, 2, 8080]
    with pytest.raises(KeyError):
        resolve_port("grpc", container)
