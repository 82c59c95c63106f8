"""Whatever the rules admit is either deployed or refused in words; no pass ever breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from allot_api.documentation.accepted_rows import FIELDS
from allot_api.known_models import ELSER_MODEL
from allot_api.reasons import AcceptedReason
from allot_api.rules import Violation, validate_deployment, validate_endpoint, validate_model
from allot_api.rules.validation import without_nulls
from allot_cluster.interface import Manifest
from allot_cluster.resources import (
    DEPLOYMENTS,
    INFERENCE_ENDPOINTS,
    MODEL_DEPLOYMENTS,
    TRAINED_MODELS,
    Resource,
)
from allot_operator.desired.deployment import choose_resource_name
from allot_operator.errors import GatherAgain
from tests.strategies import Spec, deployments, endpoints, models
from tests.unit.allot_operator.builders import NAMESPACE, a_model_manifest, an_object
from tests.unit.allot_operator.passes.test_passes import PASSES, World

EXAMPLES, ROUNDS = 50, 2
VALIDATORS: dict[Resource, Callable[..., list[Violation]]] = {
    TRAINED_MODELS: validate_model,
    MODEL_DEPLOYMENTS: validate_deployment,
    INFERENCE_ENDPOINTS: validate_endpoint,
}
STAMPS = st.integers(0, 2).map(lambda second: f"2026-11-24T10:00:0{second}Z")


# Whose aliases hide what the models are from the rules, which see only what is written.
SHARED_MODELS = (
    ("elser", ".elser_model_2", "sparse_embedding", ["splade"]),
    ("dense", "small", "text_embedding", [".multilingual-e5-small_linux-x86_64"]),
    ("rerank", ".rerank-v1", "rerank", []),
)


def several(
    kind: Resource, specs: st.SearchStrategy[Spec], *, at_least: int = 0, at_most: int = 3
) -> st.SearchStrategy[list[Manifest]]:
    """Draw some objects of a kind, made within three seconds."""

    def build(drawn: list[tuple[Spec, str]]) -> list[Manifest]:
        return [
            an_object(kind, f"{kind.kind[0].lower()}{number}", spec, creationTimestamp=stamp)
            for number, (spec, stamp) in enumerate(drawn)
        ]

    return st.lists(st.tuples(specs, STAMPS), min_size=at_least, max_size=at_most).map(build)


def a_world(manifests: Iterable[Manifest]) -> World:
    """Return a cluster with those objects that the rules admit, as the API server stores them."""
    world = World()
    for name, model_id, task, aliases in SHARED_MODELS:
        model = a_model_manifest(name, model_id, task_types=[task], aliases=aliases)
        world.cluster.add(TRAINED_MODELS, model)
    for kind, validate in VALIDATORS.items():
        for manifest in manifests:
            spec = manifest["spec"]
            is_kind = manifest["kind"] == kind.kind
            if is_kind and not validate(spec, name=manifest["metadata"]["name"]):
                world.cluster.add(kind, manifest | {"spec": without_nulls(spec)})
    return world


async def settle(world: World) -> None:
    for _ in range(ROUNDS):
        for resource in PASSES:
            for manifest in world.cluster.peek_all(resource):
                metadata = manifest["metadata"]
                try:
                    await world.look_at(resource, metadata["name"], metadata["namespace"])
                except GatherAgain:
                    continue


def values_at(spec: Spec, field: str) -> list[str]:
    """Return the texts that stand at a field; of `service: elser` the model that it implies."""
    node: Any = spec
    for part in field.split("."):
        node = node.get(part) if isinstance(node, dict) else None
    if node is None and field == "service_settings.model_id":
        return [ELSER_MODEL]
    return node if isinstance(node, list) else [node] if isinstance(node, str) else []


def is_named(manifest: Manifest, reason: str, message: str) -> bool:
    """Return whether a refusal names a field that its reason may mean, or the id in it."""
    fields = FIELDS[manifest["kind"]][AcceptedReason(reason)]
    names = {field.rpartition(".")[2] for field in fields}
    values = {value for field in fields for value in values_at(manifest["spec"], field)}
    return any(name in message for name in names | values if name)


def deployment_of(world: World, manifest: Manifest) -> Manifest | None:
    """Return the Deployment that has to be there for an accepted object."""
    name, spec = manifest["metadata"]["name"], manifest["spec"]
    identifier = spec.get("deployment_id") or name
    if manifest["kind"] == INFERENCE_ENDPOINTS.kind:
        own = spec.get("inference_id") or name
        identifier = spec["service_settings"].get("deployment_id") or own
    return world.cluster.peek(DEPLOYMENTS, NAMESPACE, choose_resource_name(identifier))


def check(world: World) -> None:
    for resource in PASSES:
        for manifest in world.cluster.peek_all(resource):
            (accepted,) = (
                one for one in manifest["status"]["conditions"] if one["type"] == "Accepted"
            )
            if accepted["status"] == "False":
                assert is_named(manifest, accepted["reason"], accepted["message"]), manifest
            elif resource != TRAINED_MODELS:
                assert accepted["status"] == "True"
                assert deployment_of(world, manifest) is not None, manifest


@settings(max_examples=EXAMPLES, derandomize=True, deadline=None, phases=[Phase.generate])
@given(
    several(TRAINED_MODELS, models()),
    several(MODEL_DEPLOYMENTS, deployments()),
    several(INFERENCE_ENDPOINTS, endpoints(), at_least=3, at_most=5),
)
def test_what_the_rules_admit_is_deployed_or_refused_in_words(
    trained: list[Manifest], deployed: list[Manifest], called: list[Manifest]
) -> None:
    world = a_world([*trained, *deployed, *called])

    asyncio.run(settle(world))

    check(world)
