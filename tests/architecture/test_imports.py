"""The import rules of pyproject.toml hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_import_rules_hold() -> None:
    program = Path(sys.executable).parent / "lint-imports"

    done = subprocess.run(
        [str(program), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


HEAVY = {"torch", "transformers", "huggingface_hub", "tokenizers", "safetensors", "opentelemetry"}


def test_http_answers_before_anything_heavy_is_imported() -> None:
    """Torch takes a second to import, in which a pod shall already say what it does."""
    program = "import sys, allot_runtime.serving, allot_runtime.__main__; print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert {name.partition(".")[0] for name in done.stdout.split()} & HEAVY == set()
