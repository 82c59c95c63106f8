"""Elasticsearch's own Python client before the management calls; its bytes go to them directly."""

from __future__ import annotations

import time
from typing import Any

import pytest
from elastic_transport import ApiResponseMeta, BaseAsyncNode, HttpHeaders, NodeConfig
from elastic_transport._node import NodeApiResponse
from elasticsearch import (
    ApiError,
    AsyncElasticsearch,
    BadRequestError,
    ConflictError,
    ElasticsearchWarning,
    NotFoundError,
)

from tests.unit.allot_gateway.builders import ELSER
from tests.unit.allot_gateway.world import World

E5_CONFIG = {
    "service": "elasticsearch",
    "service_settings": {
        "num_allocations": 1,
        "num_threads": 1,
        "model_id": ".multilingual-e5-small",
    },
}


def connect(world: World) -> AsyncElasticsearch:
    """Return the client with a node that calls the gateway without a socket."""

    class Node(BaseAsyncNode):
        async def perform_request(
            self,
            method: str,
            target: str,
            body: bytes | None = None,
            headers: HttpHeaders | None = None,
            request_timeout: Any = None,
        ) -> NodeApiResponse:
            began = time.monotonic()
            answered = await world.client.request(
                method, target, content=body, headers=dict(headers or {})
            )
            meta = ApiResponseMeta(
                status=answered.status_code,
                http_version="1.1",
                headers=HttpHeaders(answered.headers),
                duration=time.monotonic() - began,
                node=self.config,
            )
            return NodeApiResponse(meta, answered.content)

        async def close(self) -> None:
            """Keep nothing open."""

    return AsyncElasticsearch([NodeConfig("http", "gateway", 80)], node_class=Node)


async def test_the_seed_pages_example_runs_as_printed(world: World) -> None:
    client = connect(world)

    with pytest.warns(ElasticsearchWarning, match=r"The \[elser\] service is deprecated"):
        resp = await client.inference.put(
            task_type="sparse_embedding",
            inference_id="my-elser-model",
            inference_config={
                "service": "elser",
                "service_settings": {"num_allocations": 1, "num_threads": 1},
            },
        )

    assert resp.body == {
        "inference_id": "my-elser-model",
        "task_type": "sparse_embedding",
        "service": "elser",
        "service_settings": {"num_allocations": 1, "num_threads": 1},
        "task_settings": {},
    }


async def test_create_wait_update_share_and_delete(world: World) -> None:
    client = connect(world)

    await client.inference.put_elasticsearch(
        task_type="text_embedding",
        elasticsearch_inference_id="my-e5-model",
        service="elasticsearch",
        service_settings=E5_CONFIG["service_settings"],
        timeout="20s",
    )
    stats = await client.ml.get_trained_models_stats(model_id="my-e5-model")
    updated = await client.inference.update(
        inference_id="my-e5-model", inference_config={"service_settings": {"num_allocations": 2}}
    )
    shared = await client.inference.put(
        task_type="text_embedding",
        inference_id="second",
        inference_config={
            "service": "elasticsearch",
            "service_settings": {"deployment_id": "my-e5-model"},
        },
    )
    listed = await client.inference.get(task_type="text_embedding")
    forced = await client.inference.delete(inference_id="my-e5-model", force=True)

    status = stats["trained_model_stats"][0]["deployment_stats"]["allocation_status"]
    assert status["state"] == "fully_allocated"
    assert status["allocation_count"] == status["target_allocation_count"]
    assert updated["service_settings"]["num_allocations"] == 2
    assert shared["service_settings"]["deployment_id"] == "my-e5-model"
    assert [one["inference_id"] for one in listed["endpoints"]] == ["my-e5-model", "second"]
    assert forced["acknowledged"] is True


async def test_refusals_are_the_clients_own_errors(world: World) -> None:
    client = connect(world)
    await client.inference.put(inference_id="a", task_type="text_embedding", body=E5_CONFIG)
    await client.inference.put(
        inference_id="b",
        task_type="text_embedding",
        body={"service": "elasticsearch", "service_settings": {"deployment_id": "a"}},
    )

    with pytest.raises(BadRequestError, match="already exists"):
        await client.inference.put(inference_id="a", task_type="text_embedding", body=E5_CONFIG)
    with pytest.raises(NotFoundError, match="Inference endpoint not found"):
        await client.inference.get(inference_id="nobody")
    with pytest.raises(ConflictError, match="shared by"):
        await client.inference.delete(inference_id="a")
    world.ready = 0
    with pytest.raises(ApiError) as slow:
        await client.inference.put(
            inference_id="c", task_type="text_embedding", body=E5_CONFIG, timeout="10ms"
        )
    assert slow.value.status_code == 408
    assert slow.value.error == "model_deployment_timeout_exception"


async def test_deployments_are_started_changed_and_stopped(world: World) -> None:
    client = connect(world)

    started = await client.ml.start_trained_model_deployment(
        model_id=ELSER, deployment_id="mine", wait_for="starting"
    )
    models = await client.ml.get_trained_models(model_id=ELSER, include="definition_status")
    stopped = await client.ml.stop_trained_model_deployment(model_id="mine")

    assert started["assignment"]["task_parameters"]["deployment_id"] == "mine"
    assert models["trained_model_configs"][0]["model_id"] == ELSER
    assert stopped["stopped"] is True


async def test_info_and_ping(world: World) -> None:
    client = connect(world)

    assert (await client.info())["tagline"] == "You Know, for Search"
    assert await client.ping()
