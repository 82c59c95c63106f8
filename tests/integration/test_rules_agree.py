"""The API server and allot_api give the same verdict on random specs, near the rules' borders."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import pytest

from allot_api.rules import Violation, validate_deployment, validate_endpoint, validate_model
from allot_cluster.connection import CALL_TIMEOUT_SECONDS
from allot_cluster.credentials import choose_source, load_credentials
from allot_cluster.errors import Invalid
from allot_cluster.resources import (
    INFERENCE_ENDPOINTS,
    MODEL_DEPLOYMENTS,
    TRAINED_MODELS,
    Resource,
)
from allot_cluster.transport import Request, Transport
from allot_local.cluster import LocalCluster
from tests.strategies import Spec, Specs, deployments, endpoints, models, samples

NAME = "random"
# A few at a time: the API server sheds load beyond what one caller may have in flight.
AT_ONCE = 8
DRY_RUN = {"dryRun": "All", "fieldValidation": "Strict"}
Validate = Callable[..., list[Violation]]

pytestmark = pytest.mark.usefixtures("crds")


@pytest.mark.parametrize(
    ("resource", "specs", "validate", "number"),
    [
        (INFERENCE_ENDPOINTS, endpoints(), validate_endpoint, 110),
        (MODEL_DEPLOYMENTS, deployments(), validate_deployment, 45),
        (TRAINED_MODELS, models(), validate_model, 45),
    ],
    ids=lambda value: value.kind if isinstance(value, Resource) else "",
)
async def test_the_api_server_admits_what_the_rules_admit(
    local_cluster: LocalCluster, resource: Resource, specs: Specs, validate: Validate, number: int
) -> None:
    drawn = samples(specs, number)
    expected = [not validate(spec, name=NAME) for spec in drawn]

    answers = await ask(local_cluster, resource, drawn)

    assert {True, False} == set(expected)
    assert [
        (spec, answer, validate(spec, name=NAME))
        for spec, answer, is_admitted in zip(drawn, answers, expected, strict=True)
        if is_admitted != (answer == "")
    ] == []


async def ask(local_cluster: LocalCluster, resource: Resource, specs: list[Spec]) -> list[str]:
    """Return what the API server says against each spec; "" where it would store it."""
    source = choose_source(str(local_cluster.kubeconfig), None, os.environ)
    credentials = await load_credentials(source)
    transport = Transport(
        lambda: load_credentials(source),
        credentials,
        timeout_seconds=CALL_TIMEOUT_SECONDS,
        user_agent="allot-tests",
    )
    gate = asyncio.Semaphore(AT_ONCE)

    async def create(spec: Spec) -> str:
        body = {
            "apiVersion": resource.api_version,
            "kind": resource.kind,
            "metadata": {"name": NAME},
            "spec": spec,
        }
        async with gate:
            try:
                await transport.send(Request("POST", resource.path("default"), DRY_RUN, body))
            except Invalid as refusal:
                return str(refusal)
        return ""

    try:
        return await asyncio.gather(*(create(spec) for spec in specs))
    finally:
        await transport.close()
