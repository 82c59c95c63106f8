"""Every row of docs/conformance.md, called; and the page is what the table says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from allot_api.preconfigured import PRECONFIGURED
from allot_cluster.resources import INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS
from tests.cases.conformance import PAGE, Case, Step, read_cases, read_document, render_page
from tests.unit.allot_gateway.builders import (
    E5,
    ELSER,
    NAMESPACE,
    a_condition,
    a_deployment,
    an_endpoint_spec,
)
from tests.unit.allot_gateway.world import World, kind, reason

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = read_document()
ACCEPTED = a_condition("Accepted", "True", "Accepted")
SETTINGS = {"num_threads": 1, "num_allocations": 1}
OPERATORS: dict[str, tuple[int, list[dict[str, Any]]]] = {
    "serves": (1, [ACCEPTED]),
    "starts for ever": (0, [ACCEPTED]),
    "refuses": (0, [a_condition("Accepted", "False", "SettingsMismatch", "why")]),
    "stalls": (0, [ACCEPTED, a_condition("Stalled", "True", "ChecksumMismatch", "why")]),
}


@pytest.mark.parametrize("case", read_cases(DOCUMENT), ids=str)
async def test_answers_as_the_table_says(world: World, case: Case) -> None:
    await arrange(world, case)

    answered = await make(world, case.step)

    assert answered.status_code == case.step.status, answered.text
    if case.type is not None:
        assert kind(answered) == (case.step.status, case.type)
        assert case.reason in reason(answered)
    if case.has is not None:
        assert_within(case.has, answered.json())
    for name, part in case.headers.items():
        assert part in answered.headers[name]
    if case.left is not None:
        assert len(world.endpoints()) == case.left


def preconfigured(inference_id: str) -> dict[str, Any]:
    """Return what a reserved id has to be; nothing for any other."""
    return {
        key: value
        for one in PRECONFIGURED
        if one.inference_id == inference_id
        for key, value in {
            "task_type": one.task_type,
            "service_settings": {**SETTINGS, "model_id": one.model_id},
        }.items()
    }


async def arrange(world: World, case: Case) -> None:
    world.ready, world.verdict = OPERATORS[case.operator]
    for deployment_id in case.deployments:
        model = ELSER if deployment_id == ELSER else E5
        metadata = {"managedFields": []}
        await world.have(MODEL_DEPLOYMENTS, a_deployment(deployment_id, model, metadata=metadata))
    for inference_id in case.applied:
        spec = {**an_endpoint_spec(), **preconfigured(inference_id), "inference_id": inference_id}
        manifest = {"metadata": {"name": inference_id.strip("."), "namespace": NAMESPACE}}
        await world.cluster.apply(
            INFERENCE_ENDPOINTS, {**manifest, "spec": spec}, field_manager="flux"
        )
        await world.settle()
    for step in case.given:
        assert (await make(world, step)).status_code == step.status


async def make(world: World, step: Step) -> httpx.Response:
    method, path = step.call.split(" ", 1)
    headers = dict(step.send)
    if step.text is None:
        return await world.call(method, path, step.body, headers=headers)
    headers = {"content-type": "application/json", **headers}
    return await world.client.request(method, path, content=step.text, headers=headers)


def assert_within(part: Any, whole: Any) -> None:
    """Assert that a part is in the whole, its keys in the same order, its lists of equal length."""
    if isinstance(part, Mapping):
        assert [key for key in whole if key in part] == list(part)
        for key, value in part.items():
            assert_within(value, whole[key])
    elif isinstance(part, list):
        assert len(part) == len(whole)
        for one, other in zip(part, whole, strict=True):
            assert_within(one, other)
    else:
        assert part == whole


def test_the_page_is_what_the_table_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_page(DOCUMENT)


@pytest.mark.parametrize("deviation", DOCUMENT["deviations"], ids=lambda one: one["about"])
def test_each_deviation_names_a_test_that_exists(deviation: dict[str, str]) -> None:
    path, name = deviation["test"].split("::")

    assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(), re.MULTILINE)


def test_no_two_rows_have_one_name() -> None:
    names = [str(case) for case in read_cases(DOCUMENT)]

    assert len(names) == len(set(names))
