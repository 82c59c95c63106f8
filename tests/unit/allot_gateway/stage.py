"""The whole application before a view of one's making; pods are a function."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

import httpx
import orjson

from allot_cluster.interface import Change, ChangeType, Manifest
from allot_cluster.resources import INFERENCE_ENDPOINTS, Resource
from allot_gateway.access.actions import ANYBODY, Action, Caller
from allot_gateway.access.gate import Headers
from allot_gateway.access.in_flight import InFlight
from allot_gateway.app import build_app
from allot_gateway.inference.serving import Inference
from allot_gateway.meters import Meters
from allot_gateway.parts import Parts
from allot_gateway.routing.calls import PodAnswer, PodCall
from allot_gateway.surroundings import Surroundings
from allot_gateway.view.state import WATCHED, DeploymentKey, View
from allot_protocol.errors import RequestFault
from allot_protocol.limits import Limits
from tests.fakes.cluster import FakeCluster

NOW = datetime(2026, 1, 1, tzinfo=UTC)
JSON = "application/json"


def embed(call: PodCall) -> PodAnswer:
    """Answer as a model of one dimension would, to which a character is a token."""
    inputs = orjson.loads(call.body)["input"]
    texts = [inputs] if isinstance(inputs, str) else inputs
    body = {"text_embedding": [{"embedding": [len(text)]} for text in texts]}
    tokens = sum(map(len, texts))
    return PodAnswer(200, JSON, orjson.dumps(body), None, "pod-1", tokens)


@dataclass
class Stage:
    """What was sent to pods and asked of the gate; `answer` and `refusal` are theirs."""

    answer: Callable[[PodCall], PodAnswer] = embed
    refusal: RequestFault | None = None
    token: str | None = None
    calls: list[tuple[DeploymentKey, PodCall]] = field(default_factory=list)
    actions: list[Action | None] = field(default_factory=list)
    view: View = field(default_factory=View)
    is_draining: bool = False
    most_requests: int = 100

    async def send(self, key: DeploymentKey, call: PodCall) -> PodAnswer:
        self.calls.append((key, call))
        return self.answer(call)

    async def admit(self, headers: Headers, action: Action | None) -> Caller:
        self.actions.append(action)
        if self.refusal is not None:
            raise self.refusal
        return ANYBODY

    async def fetch_token(self, namespace: str) -> str | None:
        return self.token

    async def say_nothing(self, _: object) -> None:
        return None

    def see(self, resource: Resource, *manifests: Manifest) -> None:
        for manifest in manifests:
            self.view.note(resource, Change(ChangeType.ADDED, manifest))

    def see_endpoints(self, *manifests: Manifest) -> None:
        self.see(INFERENCE_ENDPOINTS, *manifests)

    def sync(self) -> None:
        for resource in WATCHED:
            self.view.note(resource, Change(ChangeType.SYNCED, {}))

    def build_parts(self) -> Parts:
        cluster = FakeCluster()
        return Parts(
            view=self.view,
            inference=Inference(self.view, self, self.fetch_token, monotonic, Limits()),
            gate=self,
            around=Surroundings(self.view, cluster, self.say_nothing, monotonic, lambda: NOW),
            meters=Meters(),
            in_flight=InFlight(self.most_requests),
            monotonic=monotonic,
            is_draining=lambda: self.is_draining,
        )


@asynccontextmanager
async def a_client(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    app = build_app(stage.build_parts(), "default")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client
