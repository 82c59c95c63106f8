from __future__ import annotations

import math

from bench.scaling.results import Results, summarize, to_document
from tests.unit.bench.scaling.builders import an_outcome


def test_means_over_seeds_with_the_smallest_and_the_largest() -> None:
    figures = summarize([an_outcome(p99_wait_s=1.0), an_outcome(p99_wait_s=4.0)])

    assert figures.wait == 2.5
    assert figures.spreads["p99_wait_s"] == (1.0, 4.0)
    assert "follow_s" not in figures.means


def test_what_never_came_to_pass_once_has_no_mean() -> None:
    figures = summarize([an_outcome(follow_s=1.0), an_outcome(follow_s=math.inf)])

    assert figures.means["follow_s"] == math.inf


def test_the_document_of_one_trace_has_its_policies_on_top() -> None:
    results = Results()
    results.add("step", "work", an_outcome(follow_s=math.inf))

    document = to_document(results)

    policies = document["policies"]
    assert isinstance(policies, dict)
    assert policies["work"]["p99_wait_s"] == 1.0
    assert policies["work"]["follow_s"] is None
    assert policies["work"]["spread"]["late"] == {"low": 0.0, "high": 0.0}

    results.add("ramp", "work", an_outcome())
    assert set(to_document(results)) == {"traces", "left_out"}
