from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import BrokenRun
from bench.scaling.plots import draw_curves, draw_timelines
from bench.scaling.results import Results
from bench.scaling.sources import Source
from tests.unit.bench.scaling.builders import a_setup, an_outcome


def a_file(tmp_path: Path) -> Path:
    file = tmp_path / "mine.csv"
    file.write_text("seconds,tokens\n0,10\n5,20\n")
    return file


def test_timelines_bear_their_command(tmp_path: Path) -> None:
    source, file = Source("mine", a_file(tmp_path)), tmp_path / "drawn.svg"

    draw_timelines([source], ["kubeai", "best-constant"], a_setup(), file, "the command")

    assert "the command" in file.read_text()


def test_curves_bear_their_command(tmp_path: Path) -> None:
    results, file = Results(), tmp_path / "drawn.svg"
    for policy in ("work", "work@0.5", "work@0.9", "kpa"):
        results.add("step", policy, an_outcome())

    draw_curves(results, file, "the command")

    drawn = file.read_text()
    assert "the command" in drawn
    assert all(f"<!-- {label} -->" in drawn for label in ("step", "work, swept", "kpa"))


def test_nothing_to_draw_is_told(tmp_path: Path) -> None:
    with pytest.raises(BrokenRun, match="nothing to draw"):
        draw_curves(Results(), tmp_path / "drawn.svg", "")
    with pytest.raises(BrokenRun, match="nothing to draw"):
        draw_timelines([], ["work"], a_setup(), tmp_path / "drawn.svg", "")
