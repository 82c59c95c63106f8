from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import BrokenRun, NotMeasured
from bench.scaling.sources import find_recording, find_source, has_checksum, list_traces


def test_a_made_trace_needs_no_file() -> None:
    assert find_source("step", None, False).draw(1).name == "step"
    assert {"step", "real-hour"} <= set(list_traces())


def test_a_file_is_played_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("seconds,tokens\n1,10\n4,20\n")

    load = find_source(str(file), None, False).draw(1)

    assert (load.name, load.seconds, load.times.tolist()) == ("mine", 4.0, [0.0, 3.0])


def test_an_unknown_trace_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(BrokenRun, match="--trace stairs: write one of step, ramp"):
        find_source("stairs", None, False)


def test_a_folder_without_the_recording_is_told(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("seconds,tokens\n")

    with pytest.raises(NotMeasured, match="has no file of the recorded hour"):
        find_recording(tmp_path)
    assert not has_checksum(b"other")
