"""docs/scaling.md says what the code does: reasons, numbers, settings and constants."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from allot_api.names import (
    COMPONENT_LABEL,
    GATEWAY_COMPONENT,
    HELD_ANNOTATION,
    MANAGED_BY,
    MANAGED_BY_LABEL,
)
from allot_api.scaling import DEFAULT_SCALE_UP_COOLDOWN, Scaling, resolve_scaling
from allot_api.terms import ScalingPolicy
from allot_operator.observing.pacing import USUAL_SECONDS
from allot_operator.scaling import arrivals, cost_model, evidence, work_policy
from allot_operator.scaling.observation import Held
from allot_operator.scaling.policy import DEFAULT_MAXIMUM
from allot_operator.scaling.reasons import ScalingReason
from tests.architecture.test_layout import ROOT
from tests.unit.allot_operator.scaling.cases import PLANNED, Deployment, a_policy

TEXT = (ROOT / "docs" / "scaling.md").read_text()
PLAIN = re.sub(r"\s+", " ", TEXT)


def test_every_reason_stands_in_the_table_with_its_sentence() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (.+\.) \|$", TEXT, re.MULTILINE))

    assert told == {reason.value: reason.sentence for reason in ScalingReason}


def test_every_number_of_a_decision_is_named() -> None:
    deployment = Deployment(a_policy(), held=Held(1, is_gateway_there=True))
    deployment.run(0.5 * PLANNED, 60)
    named = set(re.findall(r"`(\w+)`", TEXT))

    assert {name for name, _ in deployment.decisions[-1].inputs} - named == set()


def test_every_setting_is_there_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", TEXT, re.MULTILINE))
    usual = resolve_scaling(Scaling())

    assert set(Scaling.model_fields) <= set(rows)
    assert rows["target_utilization"] == f"{100 * usual.target_utilization:.0f} (percent)"
    assert float(rows["drain_seconds"]) == usual.drain_seconds
    assert (rows["scale_down_cooldown"], usual.scale_down_cooldown) == ("2m", timedelta(minutes=2))
    up = DEFAULT_SCALE_UP_COOLDOWN
    assert rows["scale_up_cooldown"] == (
        f"{up[ScalingPolicy.WORK]}; {up[ScalingPolicy.ELASTICSEARCH]} with `elasticsearch`"
    )
    assert (rows["scale_to_zero_after"], usual.scale_to_zero_after) == ("24h", timedelta(hours=24))
    assert f"({DEFAULT_MAXIMUM} if left out)" in PLAIN


@pytest.mark.parametrize(
    "words",
    [
        f"lower bound (z = {evidence.RISE_ERRORS:g})",
        f"milder bound (z = {evidence.SIZE_ERRORS})",
        f"(z = {evidence.FALL_ERRORS:.0f}, windows of {evidence.FALL_SECONDS:.0f} s and more)",
        f"every {USUAL_SECONDS:.0f} s, each pod's /stats",
        f"in parts of {arrivals.BULK_SECONDS:.0f} s",
        f"plans with by {100 * (work_policy.RISE_MARGIN - 1):.0f} %",
        f"Up to {100 * (work_policy.FALL_MARGIN - 1):.0f} % above the plan",
        f"counts {100 * cost_model.SURPRISE_KEPT:.0f} % from then on",
        f"`{MANAGED_BY_LABEL}: {MANAGED_BY}`",
        f"`{COMPONENT_LABEL}: {GATEWAY_COMPONENT}`",
        f"`{HELD_ANNOTATION}`",
    ],
)
def test_the_numbers_and_names_are_the_codes(words: str) -> None:
    assert words in PLAIN
