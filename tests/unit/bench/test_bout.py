from __future__ import annotations

from argparse import Namespace

import pytest

from bench.bout import Bout
from bench.errors import BrokenRun


def test_an_engine_that_is_left_out_says_why_and_keeps_its_figures() -> None:
    bout = Bout(engines={"ours": 1, "theirs": 2}, rounds=[{"theirs": {"speed": 2.0}}])

    bout.leave_out("theirs", "it gives wrong vectors")

    given = Namespace(ours="ours", threads=2, json=None)
    report = bout.report("runtime", given, ("threads",), {"cpu": "x"})
    assert bout.engines == {"ours": 1}
    assert report.left_out == {"theirs": "it gives wrong vectors"}
    assert report.rounds == [{"theirs": {"speed": 2.0}}]
    assert (report.ours, report.settings) == ("ours", {"threads": 2})


def test_nothing_is_compared_without_ours() -> None:
    bout = Bout(engines={"ours": 1, "theirs": 2})
    bout.leave_out("ours", "it does not start")

    bout.require("theirs")
    with pytest.raises(BrokenRun, match="ours has no figures: it does not start"):
        bout.require("ours")
