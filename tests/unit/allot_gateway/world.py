"""The management calls before a cluster in memory: watches run, an operator may be at work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from allot_api.names import derived_name
from allot_cluster.interface import ChangeType, Manifest
from allot_cluster.resources import INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS, TRAINED_MODELS
from allot_gateway.answering import answer_fault
from allot_gateway.endpoints.routes import build_routes as build_endpoint_routes
from allot_gateway.info import build_routes as build_info_routes
from allot_gateway.surroundings import Surroundings
from allot_gateway.trained_models.routes import build_routes as build_model_routes
from allot_gateway.view.following import follow
from allot_gateway.view.state import View
from allot_gateway.view.workloads import ServingPod
from allot_protocol.errors import RequestFault
from tests.fakes.cluster import FakeCluster
from tests.unit.allot_gateway.builders import (
    NAMESPACE,
    SHARED,
    a_condition,
    an_object,
    some_stats,
    the_models,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """A cluster, the gateway's calls before it, and an operator of few words.

    `verdict` is what the operator writes of a new endpoint: None, and it says nothing; else the
    conditions. With `ready` allocations it serves.
    """

    cluster: FakeCluster
    client: httpx.AsyncClient
    view: View
    verdict: list[dict[str, Any]] | None = field(
        default_factory=lambda: [a_condition("Accepted", "True", "Accepted")]
    )
    ready: int = 1
    stats: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.client.request(method, path, json=body, **more)

    async def put(self, path: str, body: Any, **more: Any) -> httpx.Response:
        return await self.call("PUT", f"/_inference/{path}", body, **more)

    async def have(self, resource: Any, *manifests: Manifest) -> None:
        """Put objects there, and wait until the view has them."""
        for manifest in manifests:
            self.cluster.add(resource, manifest)
        await self.settle()

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    def endpoint(self, name: str) -> Manifest | None:
        return self.cluster.peek(INFERENCE_ENDPOINTS, NAMESPACE, name)

    def endpoints(self) -> list[Manifest]:
        return self.cluster.peek_all(INFERENCE_ENDPOINTS)

    async def operate(self) -> None:
        """Do with every endpoint what `verdict` says."""
        cluster = self.cluster.another_access()
        async with aclosing(cluster.watch(INFERENCE_ENDPOINTS)) as changes:
            async for change in changes:
                is_new = change.type in (ChangeType.ADDED, ChangeType.MODIFIED)
                if is_new and self.verdict is not None:
                    await self._judge(cluster, change.object)

    async def _judge(self, cluster: FakeCluster, endpoint: Manifest) -> None:
        metadata = endpoint["metadata"]
        if endpoint.get("status", {}).get("observedGeneration") == metadata["generation"]:
            return
        assert self.verdict is not None
        status: dict[str, Any] = {
            "observedGeneration": metadata["generation"],
            "conditions": self.verdict,
        }
        is_attached = "deployment_id" in endpoint["spec"]["service_settings"]
        if self.verdict[0]["status"] == "True" and not is_attached:
            status["deployment_stats"] = await self._deploy(cluster, endpoint)
        manifest = {"metadata": {"name": metadata["name"], "namespace": NAMESPACE}}
        await cluster.apply(
            INFERENCE_ENDPOINTS,
            {**manifest, "status": status},
            field_manager="allot",
            subresource="status",
        )

    async def _deploy(self, cluster: FakeCluster, endpoint: Manifest) -> Any:
        settings, metadata = endpoint["spec"]["service_settings"], endpoint["metadata"]
        inference_id = endpoint["spec"].get("inference_id", metadata["name"])
        spec = {
            "deployment_id": inference_id,
            "model_id": settings.get("model_id", ".elser_model_2"),
            "num_threads": settings.get("num_threads", 1),
        }
        for name in ("num_allocations", "adaptive_allocations"):
            if name in settings:
                spec[name] = settings[name]
        owner = {"uid": metadata["uid"], "controller": True, "name": metadata["name"]}
        made = an_object(
            MODEL_DEPLOYMENTS, derived_name(inference_id), spec, ownerReferences=[owner]
        )
        del made["metadata"]["creationTimestamp"]
        await cluster.apply(MODEL_DEPLOYMENTS, made, field_manager="allot")
        target = settings.get("num_allocations", 1)
        stats = some_stats(spec, self.ready, target)
        model = {"model_id": spec["model_id"], "dimensions": 384, "size_bytes": 1000}
        status = {"observedGeneration": 1, "deployment_stats": stats, "model": model}
        plain = {"metadata": {"name": made["metadata"]["name"], "namespace": NAMESPACE}}
        await cluster.apply(
            MODEL_DEPLOYMENTS,
            {**plain, "status": status},
            field_manager="allot",
            subresource="status",
        )
        return stats


@asynccontextmanager
async def a_world(*, operated: bool = True) -> AsyncIterator[World]:
    cluster, view = FakeCluster(), View()
    for model in the_models():
        cluster.add(TRAINED_MODELS, model)
    stats: dict[str, Mapping[str, Any]] = {}

    async def ask(pod: ServingPod) -> Mapping[str, Any] | None:
        return stats.get(pod.name)

    around = Surroundings(view, cluster, ask, monotonic, lambda: NOW, SHARED)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=build_app(around)), base_url="http://gateway"
    )
    world = World(cluster, client, view, stats=stats)
    watching = asyncio.create_task(follow(cluster, view, (), SHARED))
    operating = [asyncio.create_task(world.operate())] if operated else []
    await world.settle()
    try:
        async with client:
            yield world
    finally:
        for task in (watching, *operating):
            task.cancel()
        await asyncio.gather(watching, *operating, return_exceptions=True)


def build_app(around: Surroundings, namespace: str = NAMESPACE) -> ASGIApp:
    """Return the calls with what the whole gateway puts around them."""

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestFault)
        return answer_fault(request, error)

    app = Starlette(
        routes=[
            *build_info_routes(around),
            *build_endpoint_routes(around),
            *build_model_routes(around),
        ],
        exception_handlers={RequestFault: refuse},
    )

    async def with_namespace(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["namespace"] = namespace
        await app(scope, receive, send)

    return with_namespace


def reason(answer: httpx.Response) -> str:
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["error"]["root_cause"] == [
        {"type": body["error"]["type"], "reason": body["error"]["reason"]}
    ]
    return str(body["error"]["reason"])


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["error"]["type"])
