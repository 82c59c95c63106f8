from __future__ import annotations

from typing import Any

from allot_cluster.resources import INFERENCE_ENDPOINTS
from tests.unit.allot_gateway.builders import ELSER, NAMESPACE, an_endpoint, an_endpoint_spec
from tests.unit.allot_gateway.endpoints.test_creating import BODY
from tests.unit.allot_gateway.world import World, kind, reason

DONE = {"acknowledged": True, "pipelines": [], "indexes": []}


async def apply(world: World, name: str, spec: dict[str, Any], manager: str) -> None:
    """Apply an endpoint as a tool of that field manager does."""
    await world.cluster.apply(
        INFERENCE_ENDPOINTS,
        {"metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec},
        field_manager=manager,
    )
    await world.settle()


async def test_deletes_what_a_put_made(world: World) -> None:
    await world.put("text_embedding/my-e5", BODY)

    answered = await world.call("DELETE", "/_inference/text_embedding/my-e5")

    assert (answered.status_code, answered.json()) == (200, DONE)
    assert world.endpoints() == []
    assert kind(await world.call("GET", "/_inference/my-e5"))[0] == 404


async def test_the_id_can_be_used_at_once_again(world: World) -> None:
    await world.put("text_embedding/my-e5", BODY)
    await world.call("DELETE", "/_inference/my-e5")

    assert (await world.put("text_embedding/my-e5", BODY)).status_code == 200


async def test_an_unknown_id_is_not_found(world: World) -> None:
    answered = await world.call("DELETE", "/_inference/nobody")

    assert kind(answered) == (404, "resource_not_found_exception")
    assert reason(answered) == "Inference endpoint not found [nobody]"


async def test_another_task_in_the_path_is_refused(world: World) -> None:
    await world.put("text_embedding/my-e5", BODY)

    answered = await world.call("DELETE", "/_inference/rerank/my-e5")

    assert kind(answered) == (400, "status_exception")
    assert world.endpoint("my-e5") is not None


async def test_a_dry_run_deletes_nothing(world: World) -> None:
    await world.put("text_embedding/my-e5", BODY)

    answered = await world.call("DELETE", "/_inference/my-e5?dry_run=true")

    assert answered.json() == {**DONE, "acknowledged": False}
    assert world.endpoint("my-e5") is not None


async def test_what_a_tool_owns_is_left_to_it(world: World) -> None:
    await apply(world, "from-git", an_endpoint_spec(), "kustomize-controller")

    refused = await world.call("DELETE", "/_inference/from-git")
    dry = await world.call("DELETE", "/_inference/from-git?dry_run")

    assert kind(refused) == (409, "status_exception")
    assert "field manager [kustomize-controller]" in reason(refused)
    assert dry.json()["error_message"] == reason(refused)
    assert world.endpoint("from-git") is not None


async def test_force_deletes_what_a_tool_owns(world: World) -> None:
    await apply(world, "from-git", an_endpoint_spec(), "kubectl-client-side-apply")

    answered = await world.call("DELETE", "/_inference/from-git?force=true")

    assert answered.json() == DONE
    assert world.endpoint("from-git") is None


async def test_a_reserved_id_needs_force(world: World) -> None:
    spec = {**an_endpoint_spec(model_id=ELSER), "task_type": "sparse_embedding"}
    await world.have(
        INFERENCE_ENDPOINTS,
        an_endpoint("elser-2", {**spec, "inference_id": ".elser-2-elasticsearch"}),
    )

    refused = await world.call("DELETE", "/_inference/.elser-2-elasticsearch")
    forced = await world.call("DELETE", "/_inference/.elser-2-elasticsearch?force=true")

    assert kind(refused) == (400, "status_exception")
    assert "reserved" in reason(refused)
    assert forced.json() == DONE


async def test_a_deployment_that_others_share_needs_force(world: World) -> None:
    await world.put("text_embedding/my-e5", BODY)
    shared = {"service": "elasticsearch", "service_settings": {"deployment_id": "my-e5"}}
    await world.put("text_embedding/second", shared)

    refused = await world.call("DELETE", "/_inference/my-e5")
    sharer = await world.call("DELETE", "/_inference/second")
    alone = await world.call("DELETE", "/_inference/my-e5")

    assert kind(refused) == (409, "status_exception")
    assert "[second]" in reason(refused)
    assert sharer.json() == alone.json() == DONE


async def test_a_successor_of_the_same_name_is_not_deleted(world: World) -> None:
    """Deleted by uid: what was put in the endpoint's place meanwhile stays."""
    await world.put("text_embedding/my-e5", BODY)
    found = world.endpoint("my-e5")
    assert found is not None

    await world.call("DELETE", "/_inference/my-e5")

    deleted = [call for call in world.cluster.calls if call.verb == "delete"]
    assert [call.name for call in deleted] == ["my-e5"]
