"""What an endpoint's status amounts to for a person who waits."""

from __future__ import annotations

from typing import Any

from allot_cli.demo.readiness import count_ready, note_stalled, read_readiness


def an_endpoint(*, ready: str = "True", stalled: str = "False", seen: int = 2) -> dict[str, Any]:
    return {
        "metadata": {"name": "my-e5-endpoint", "generation": 2},
        "status": {
            "observedGeneration": seen,
            "conditions": [
                {"type": "Ready", "status": ready, "reason": "Why", "message": "Because."},
                {"type": "Stalled", "status": stalled, "reason": "", "message": ""},
            ],
            "deployment_stats": {
                "allocation_status": {"allocation_count": 1, "target_allocation_count": 3}
            },
        },
    }


def test_reads_condition_and_counts_of_the_newest_generation() -> None:
    readiness = read_readiness(an_endpoint())

    assert readiness.is_ready
    assert not readiness.is_stalled
    assert readiness.sentence == "my-e5-endpoint: 1/3 allocations, Why"


def test_says_why_an_endpoint_is_not_ready() -> None:
    readiness = read_readiness(an_endpoint(ready="False", stalled="True"))

    assert readiness.is_stalled
    assert readiness.sentence == "my-e5-endpoint: 1/3 allocations, Why (Because.)"


def test_a_status_of_an_older_generation_is_not_ready() -> None:
    readiness = read_readiness(an_endpoint(seen=1))

    assert not readiness.is_ready
    assert readiness.sentence == (
        "my-e5-endpoint: 1/3 allocations, Pending (the operator has not seen it yet)"
    )


def test_an_endpoint_without_status_is_not_ready() -> None:
    readiness = read_readiness({"metadata": {"name": "new", "generation": 1}})

    assert not readiness.is_ready
    assert (readiness.allocations, readiness.target) == (0, 0)


def test_counts_the_ready_ones() -> None:
    states = [read_readiness(an_endpoint()), read_readiness(an_endpoint(ready="Unknown"))]

    assert count_ready(states) == (1, 2)


def test_how_long_an_endpoint_is_stalled_counts_from_when_it_began() -> None:
    stalled = [read_readiness(an_endpoint(ready="False", stalled="True"))]
    goes_on = [read_readiness(an_endpoint(ready="False"))]

    began = note_stalled(stalled, {}, now=5.0)
    later = note_stalled(stalled, began, now=9.0)
    again = note_stalled(stalled, note_stalled(goes_on, later, now=10.0), now=11.0)

    assert began == later == {"my-e5-endpoint": 5.0}
    assert again == {"my-e5-endpoint": 11.0}
