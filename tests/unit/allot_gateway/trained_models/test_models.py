"""`GET _ml/trained_models`."""

from __future__ import annotations

import pytest

from allot_cluster.resources import TRAINED_MODELS
from tests.unit.allot_gateway.builders import E5, ELSER, OWN, a_condition, a_model
from tests.unit.allot_gateway.world import World, kind


async def test_a_model_is_told_as_elasticsearch_does(world: World) -> None:
    answered = await world.call("GET", f"/_ml/trained_models/{E5}")

    assert answered.json() == {
        "count": 1,
        "trained_model_configs": [
            {
                "model_id": E5,
                "model_type": "pytorch",
                "created_by": "_xpack",
                "version": "9.1.0",
                "create_time": 1_767_225_600_000,
                "description": "",
                "tags": [],
                "metadata": {},
                "input": {"field_names": ["text_field"]},
                "inference_config": {"text_embedding": {"embedding_size": 384}},
            }
        ],
    }


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("", [ELSER, E5, ".rerank-v1", OWN]),
        ("/_all?size=2", [ELSER, E5]),
        ("?from=3", [OWN]),
        ("/my-*,.rerank-v1", [".rerank-v1", OWN]),
        ("/.elser_model_2_linux-x86_64", [ELSER]),
        ("?tags=a", []),
    ],
)
async def test_models_are_chosen_by_ids_and_pages(world: World, path: str, ids: list[str]) -> None:
    answered = await world.call("GET", f"/_ml/trained_models{path}")

    assert [one["model_id"] for one in answered.json()["trained_model_configs"]] == ids


async def test_an_unknown_model_is_not_found(world: World) -> None:
    answered = await world.call("GET", "/_ml/trained_models/nobody")

    assert kind(answered) == (404, "resource_not_found_exception")


async def test_definition_status_says_whether_it_can_be_deployed(world: World) -> None:
    accepted = a_model("fine", "fine", "rerank", prefix_strings={"search": "q: "})
    accepted["status"] = {"conditions": [a_condition("Accepted", "True", "Accepted")]}
    await world.have(TRAINED_MODELS, accepted)

    told = await world.call("GET", f"/_ml/trained_models/fine,{OWN}?include=definition_status")

    fine, own = told.json()["trained_model_configs"]
    assert fine["fully_defined"] is True
    assert fine["prefix_strings"] == {"search": "q: ", "ingest": ""}
    assert own["fully_defined"] is False


@pytest.mark.parametrize("query", ["include=x", "size=-1", "from=a", "size=99999999999"])
async def test_parameters_of_another_type_are_refused(world: World, query: str) -> None:
    answered = await world.call("GET", f"/_ml/trained_models?{query}")

    assert kind(answered) == (400, "illegal_argument_exception")
