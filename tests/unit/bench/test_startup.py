from __future__ import annotations

from bench.startup import LIBRARY, SERVER, gather


def test_an_engine_may_start_both_ways_and_one_that_failed_has_no_figure() -> None:
    found = {
        (LIBRARY, "allot"): 2.0,
        (SERVER, "allot"): 3.0,
        (LIBRARY, "transformers"): 5.0,
        (SERVER, "naive"): None,
    }

    assert gather(found) == {
        "allot": {"library_start_time": 2.0, "server_start_time": 3.0},
        "transformers": {"library_start_time": 5.0},
    }
