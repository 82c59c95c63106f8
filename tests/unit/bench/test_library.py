from __future__ import annotations

import pytest

from bench.errors import NotMeasured
from bench.library import build_job, check, pair_up
from bench.workloads import Kind, Text

QUERIES = [Text(Kind.QUERY, "a query", 8), Text(Kind.QUERY, "another", 6)]
PASSAGES = [Text(Kind.PASSAGE, f"passage {index}", 100 + index) for index in range(3)]


def test_every_passage_is_paired_with_a_query_and_shares_one_special_token() -> None:
    assert pair_up(QUERIES, PASSAGES) == [
        (("a query", "passage 0"), 107),
        (("another", "passage 1"), 106),
        (("a query", "passage 2"), 109),
    ]


def test_a_pair_that_engines_would_cut_is_left_out() -> None:
    assert pair_up(QUERIES, [Text(Kind.PASSAGE, "long", 256)]) == []


def test_a_job_keeps_batches_and_their_lengths_apart() -> None:
    job = build_job("figure", [[("a", 3), ("b", 4)], [("c", 5)]])

    assert (job.batches, job.lengths) == ([["a", "b"], ["c"]], [[3, 4], [5]])


def test_wrong_vectors_are_not_timed_and_rounded_ones_may_be_further_off() -> None:
    near = [[1.0, 0.03]]

    assert check("allot-bfloat16", near, [[1.0, 0.0]], scores_pairs=False) > 0.999
    with pytest.raises(NotMeasured, match=r"cosine 0\.99955 where 0\.9999 is asked"):
        check("allot", near, [[1.0, 0.0]], scores_pairs=False)


def test_scores_in_another_order_are_wrong_however_large_what_they_share() -> None:
    with pytest.raises(NotMeasured, match="wrong vectors"):
        check("allot", [[100.2], [100.1]], [[100.1], [100.2]], scores_pairs=True)
