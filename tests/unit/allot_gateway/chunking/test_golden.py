"""Cuts worked by hand, from tests/golden/chunking.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from allot_api.chunking import resolve_chunking
from allot_api.inference_endpoint import ChunkingSettings
from allot_gateway.chunking.cutting import cut_text
from allot_gateway.chunking.separators import build_budget

FILE = Path(__file__).resolve().parents[3] / "golden" / "chunking.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_a_text_is_cut_as_worked_by_hand(case: dict[str, Any]) -> None:
    chunking = resolve_chunking(ChunkingSettings.model_validate(case["settings"]))

    chunks = cut_text(case["text"], chunking, build_budget(len(case["text"])))

    assert [[*chunk] for chunk in chunks] == case["chunks"]
