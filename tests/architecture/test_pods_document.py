"""docs/pods.md shows what the API server takes, and speaks of every field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from allot_api.pod_settings import PodSettings
from allot_api.pod_volumes import Volume
from allot_api.rules import validate_endpoint
from allot_operator.desired import memory

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "pods.md").read_text()
EXAMPLES = [
    yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", TEXT, re.M | re.S)
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["metadata"]["name"])
def test_every_example_obeys_the_rules(example: dict[str, object]) -> None:
    assert validate_endpoint(example["spec"], name="e") == []  # type: ignore[arg-type]  # a mapping


def test_every_field_is_spoken_of() -> None:
    fields = [field.alias or name for name, field in PodSettings.model_fields.items()]
    kinds = [field.alias or name for name, field in Volume.model_fields.items()]

    assert [field for field in [*fields, *kinds[1:]] if f"`{field}`" not in TEXT] == []


def test_the_formula_has_the_codes_numbers() -> None:
    assert f"{memory.BASE_MEBIBYTES} + {memory.THREAD_MEBIBYTES} x `num_threads`" in TEXT
    assert f"{memory.WEIGHTS_FACTOR} x weights" in TEXT
    assert f"{memory.WEIGHTS_LIMIT_FACTOR} x weights + pass + queue" in TEXT
    assert f"{memory.TOKEN_BYTES // 1024} KiB a token for {memory.PASS_TOKENS} tokens" in TEXT
    assert f"{memory.SPARSE_TOKEN_BYTES // 1024} KiB" in TEXT
    assert f"{memory.WAITING_TOKEN_BYTES} bytes a token" in TEXT
    assert f"takes {memory.UNKNOWN_WEIGHTS_MEBIBYTES} MiB for the weights" in TEXT
