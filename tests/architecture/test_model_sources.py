"""docs/model-sources.md: its examples obey the rules, and it explains every reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from allot_api.conditions import ModelAvailableReason, StalledReason
from allot_api.rules import validate_deployment, validate_model
from allot_operator.judging.conclusions import STALLING
from allot_operator.judging.model_availability import FAILURES
from allot_runtime.errors import SourceReason

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "model-sources.md").read_text()
VALIDATORS = {"TrainedModel": validate_model, "ModelDeployment": validate_deployment}
EXAMPLES = [
    document
    for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    for document in yaml.safe_load_all(block)
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["metadata"]["name"])
def test_every_example_obeys_the_rules(example: dict[str, Any]) -> None:
    validate = VALIDATORS.get(example["kind"])

    assert example["kind"] in {*VALIDATORS, "Secret"}
    if validate:
        assert validate(example["spec"], name=example["metadata"]["name"]) == []


def test_every_scheme_has_a_heading() -> None:
    headings = "".join(re.findall(r"^### .*$", PAGE, re.MULTILINE))

    assert set(re.findall(r"`([a-z0-9]+)://", headings)) == {
        "hf", "https", "s3", "gs", "az", "pvc", "package", "file",
    }  # fmt: skip


def test_every_reason_is_explained_with_what_to_do() -> None:
    rows = re.findall(r"^\| `(\w+)`( \(Stalled\))? \|[^|]+\|[^|]+\|$", PAGE, re.MULTILINE)
    explained = {word: bool(stalled) for word, stalled in rows}

    assert {reason.value for reason in FAILURES} <= explained.keys()
    assert {word for word, stalled in explained.items() if stalled} == {
        reason.value for reason in STALLING
    }


def test_the_operator_knows_every_reason_that_the_runtime_gives() -> None:
    # Of what kills it a process can tell nothing; Kubernetes does.
    seen_from_outside = {ModelAvailableReason.OUT_OF_MEMORY.value}
    told = {reason.value for reason in SourceReason}
    assert told | seen_from_outside == {reason.value for reason in FAILURES}
    assert {one.value for one in STALLING.values()} <= {reason.value for reason in StalledReason}
