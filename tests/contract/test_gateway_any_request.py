"""Whatever is sent to the gateway is answered, soon, in Elasticsearch's words, and never by a 500.

The whole application runs in this process before a cluster in memory; pods are a function.
"""

from __future__ import annotations

import asyncio
import functools
import gzip
import json
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp

from allot_cluster.resources import INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS, TRAINED_MODELS
from allot_gateway import info
from allot_gateway.access.in_flight import InFlight
from allot_gateway.app import build_app, build_shapes
from allot_gateway.endpoints import routes as endpoints
from allot_gateway.inference.serving import Inference
from allot_gateway.meters import Meters
from allot_gateway.parts import Parts
from allot_gateway.routing.calls import PodAnswer, PodCall
from allot_gateway.surroundings import Surroundings
from allot_gateway.trained_models import routes as trained_models
from allot_gateway.view.following import follow
from allot_gateway.view.state import DeploymentKey, View
from allot_protocol.limits import BODY_BYTES, Limits
from tests.fakes.cluster import FakeCluster
from tests.unit.allot_gateway.builders import (
    NAMESPACE,
    SHARED,
    an_endpoint,
    an_endpoint_spec,
    an_object,
    the_models,
)
from tests.unit.allot_gateway.stage import JSON, NOW, Stage
from tests.unit.allot_gateway.world import World

EXAMPLES = 200
# Longer than any wait that a request of this file may ask for.
PATIENCE = 10.0
INTERNAL = 500
TRACES = re.compile(
    rb"Traceback|File \\?\"|\.py\b|allot_gateway[./]|allot_cluster[./]|site-packages"
)
# Paths of other APIs, which have errors of their own.
OTHERS = re.compile(r"^/+([^/]+/)?(v1|v2|tei)(/|$)")
OPEN = ("/livez", "/readyz", "/metrics")
TASKS = {"dense": "text_embedding", "sparse": "sparse_embedding", "ranks": "rerank"}
MODELS = {"dense": ".multilingual-e5-small", "sparse": ".elser_model_2", "ranks": ".rerank-v1"}
IDS = [*TASKS, *MODELS.values(), "new", "_all", "own", "*", "de*,sparse"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as ASGI has it; `parts` are those in which its body comes."""

    method: str
    path: str
    query: bytes = b""
    headers: Sequence[tuple[bytes, bytes]] = ((b"content-type", b"application/json"),)
    parts: Sequence[bytes] = (b"",)


@dataclass
class Got:
    """What came back."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0


def answer_as_a_pod(call: PodCall) -> PodAnswer:
    """Answer for each task as a pod does, of few dimensions."""
    inputs = orjson.loads(call.body)["input"]
    texts = [inputs] if isinstance(inputs, str) else inputs
    task = call.path.split("/")[2]
    found: list[Any] = {
        "text_embedding": [{"embedding": [0.5]} for _ in texts],
        "sparse_embedding": [{"is_truncated": False, "embedding": {"a": 1.5}} for _ in texts],
        "rerank": [{"index": at, "relevance_score": 0.5} for at, _ in enumerate(texts)],
    }[task]
    return PodAnswer(200, JSON, orjson.dumps({task: found}), None, "pod-1")


def a_seeded_cluster() -> FakeCluster:
    cluster = FakeCluster()
    for model in the_models():
        cluster.add(TRAINED_MODELS, model)
    for name, task in TASKS.items():
        spec = an_endpoint_spec(model_id=MODELS[name]) | {"task_type": task}
        cluster.add(INFERENCE_ENDPOINTS, an_endpoint(name, spec))
    spec = {"deployment_id": "own", "model_id": ".elser_model_2", "num_threads": 1}
    cluster.add(MODEL_DEPLOYMENTS, an_object(MODEL_DEPLOYMENTS, "own", spec))
    return cluster


@asynccontextmanager
async def an_app() -> AsyncIterator[ASGIApp]:
    """Give the application, with watches that run and an operator that accepts everything."""
    cluster, view, stage = a_seeded_cluster(), View(), Stage(answer=answer_as_a_pod)

    async def no_stats(_: object) -> None:
        return None

    parts = Parts(
        view=view,
        inference=Inference(view, stage, stage.fetch_token, time.monotonic, Limits()),
        gate=stage,
        around=Surroundings(view, cluster, no_stats, time.monotonic, lambda: NOW, SHARED),
        meters=Meters(),
        in_flight=InFlight(1_000),
        monotonic=time.monotonic,
        is_draining=lambda: False,
    )
    world = World(cluster, httpx.AsyncClient(), view)
    tasks = [
        asyncio.create_task(follow(cluster, view, (), SHARED)),
        asyncio.create_task(world.operate()),
    ]
    await world.settle()
    assert view.is_synced
    assert view.find_deployment(DeploymentKey(NAMESPACE, "own")) is not None
    try:
        yield build_app(parts, NAMESPACE)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await world.client.aclose()


async def ask(app: ASGIApp, sent: Sent) -> Got:
    """Send one request as uvicorn would; whatever the application raises fails the test."""
    got, parts = Got(), list(sent.parts)

    async def receive() -> dict[str, Any]:
        if parts:
            return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}
        # The client stays, and waits.
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            got.status, got.headers = message["status"], dict(message["headers"])
        else:
            got.body += message.get("body", b"")

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": "http",
        "path": sent.path,
        "raw_path": sent.path.encode(),
        "root_path": "",
        "query_string": sent.query,
        "headers": list(sent.headers),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 9200),
    }
    began = time.monotonic()
    async with asyncio.timeout(PATIENCE):
        await app(scope, receive, send)
    got.seconds = time.monotonic() - began
    return got


def check(sent: Sent, got: Got) -> None:
    """An answer that people and clients can do something with."""
    assert 200 <= got.status < 600, (sent, got)
    assert got.status != INTERNAL, (sent, got)
    # What a client sent itself may be named to it.
    told = got.body
    for said in (sent.path.encode(), sent.query, *sent.parts):
        told = told.replace(said, b"") if said else told
    if sent.path.endswith("/metrics") and got.status == 200:
        # Its names begin as the package's does.
        told = told.replace(b"allot_gateway_", b"")
    assert not TRACES.search(told), (sent, got)
    if sent.path.endswith("/health") and got.status == 200:
        # TEI's own says it by the status alone.
        assert got.body == b""
        return
    # uvicorn leaves the bodies of answers to HEAD out, where we did not.
    has_body = sent.method != "HEAD"
    if OTHERS.search(sent.path):
        assert not has_body or isinstance(json.loads(got.body), list | dict), (sent, got)
        return
    if got.status >= 400 and has_body:
        fault = json.loads(got.body)
        # Filtered by the client's own wish, there may be less.
        if b"filter" not in sent.query:
            assert fault["status"] == got.status, (sent, got)
            assert fault["error"]["type"], (sent, got)
            assert fault["error"]["reason"], (sent, got)
    assert got.headers[b"x-elastic-product"] == b"Elasticsearch", (sent, got)


@functools.cache
def templates() -> list[tuple[str, str]]:
    """Return method and path of every call."""
    parts = Stage().build_parts()
    builders = (endpoints.build_routes, trained_models.build_routes, info.build_routes)
    routes = [route for build in builders for route in build(parts.around)]
    routes += build_shapes(parts)
    found = [(method, route.path) for route in routes for method in sorted(route.methods or ())]
    posts = [("POST", "/_inference/{a}"), ("POST", "/_inference/{a}/{b}")]
    return [*found, *posts, *(("GET", path) for path in OPEN)]


# Strategies.

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
WORDS = st.one_of(
    st.sampled_from(
        ["elasticsearch", "elser", "none", "", "a", "1", "30s", "-1", "0", "true", "1e999", "é😀"]
    ),
    TEXT,
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), WORDS,
    st.sampled_from([*IDS, 1, 2, 4, 8]),
)  # fmt: skip
KEYS = st.one_of(
    st.sampled_from(
        ["input", "query", "top_n", "return_documents", "task_settings", "service",
         "service_settings", "chunking_settings", "task_type", "model_id", "deployment_id",
         "num_allocations", "num_threads", "number_of_allocations", "adaptive_allocations",
         "enabled", "min_number_of_allocations", "max_number_of_allocations", "strategy",
         "max_chunk_size", "timeout", "input_type", "model", "documents", "dimensions",
         "encoding_format", "inputs", "texts", "truncate", "raw_scores", "chunks"]
    ),
    WORDS,
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
PUTS = st.fixed_dictionaries(
    {
        "service": st.sampled_from(["elasticsearch", "elser"]),
        "service_settings": st.fixed_dictionaries(
            {"num_threads": st.sampled_from([1, 2])},
            optional={
                "model_id": st.sampled_from(list(MODELS.values())),
                "num_allocations": st.sampled_from([1, 2]),
                "deployment_id": st.sampled_from(["own", "nobody"]),
                "adaptive_allocations": VALUES,
            },
        ),
    },
    optional={"task_type": st.sampled_from(list(TASKS.values())), "chunking_settings": VALUES},
)
QUESTIONS = st.fixed_dictionaries(
    {"input": st.one_of(WORDS, st.lists(WORDS, max_size=40))},
    optional={
        "query": WORDS,
        "top_n": SCALARS,
        "input_type": SCALARS,
        "task_settings": VALUES,
        "timeout": WORDS,
        "chunking_settings": VALUES,
    },
)
OTHER_QUESTIONS = st.fixed_dictionaries(
    {"model": st.sampled_from(IDS)},
    optional={
        "input": VALUES,
        "inputs": VALUES,
        "texts": VALUES,
        "documents": VALUES,
        "query": WORDS,
        "encoding_format": st.sampled_from(["float", "base64", "x"]),
        "dimensions": SCALARS,
        "top_n": SCALARS,
    },
)
UPDATES = st.fixed_dictionaries(
    {"service_settings": st.dictionaries(st.just("num_allocations"), SCALARS, max_size=1)}
)


def encode(value: Any) -> bytes:
    """Return JSON, and where a value has none, Python's nearest."""
    return json.dumps(value, ensure_ascii=False).encode()


BODIES = st.one_of(
    st.one_of(PUTS, QUESTIONS, OTHER_QUESTIONS, UPDATES, VALUES).map(encode),
    st.binary(max_size=40),
    st.integers(1, 3000).map(lambda depth: b"[" * depth + b"]" * depth),
    st.integers(1, 3000).map(lambda depth: b'{"input":' * depth + b"1" + b"}" * depth),
    VALUES.map(lambda value: gzip.compress(encode(value))),
)
QUERIES = st.lists(
    st.tuples(
        st.sampled_from(
            ["timeout", "pretty", "human", "filter_path", "error_trace", "force", "dry_run",
             "from", "size", "allow_no_match", "wait_for", "number_of_allocations",
             "threads_per_allocation", "deployment_id", "cache_size", "priority",
             "queue_capacity", "include", "tags", "x"]
        ),
        st.one_of(
            st.sampled_from(["", "1", "50ms", "true", "started", "fully_allocated", "*", "**.a",
                             "%ff", "-error", "error.type", "a\\.b", "10000000", "-1"]),
            TEXT,
        ),
    ),
    max_size=3,
)  # fmt: skip
TYPES = st.sampled_from(
    [b"application/json"] * 6
    + [b"application/vnd.elasticsearch+json; compatible-with=8", b"", b"text/plain", b"\xff",
       b"application/json; charset=utf-7", b"application/vnd.elasticsearch+json;compatible-with=x"]
)  # fmt: skip
EXTRAS = st.lists(
    st.sampled_from(
        [(b"content-encoding", b"gzip"), (b"content-encoding", b"br"),
         (b"content-length", b"99999999999999999999"), (b"content-length", b"-1"),
         (b"content-length", b"0"), (b"accept", b"text/html"), (b"accept", b"*/*;q=x"),
         (b"accept", b"application/vnd.elasticsearch+json; compatible-with=7"),
         (b"x-opaque-id", b"\xff\x00"), (b"authorization", b"ApiKey \xff"),
         (b"traceparent", b"00-x")]
    ),
    max_size=2,
)  # fmt: skip


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    method, template = draw(st.sampled_from(templates()))
    if draw(st.integers(0, 9)) == 0:
        method = draw(st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"]))

    def fill(_: re.Match[str]) -> str:
        names = st.sampled_from([*IDS, *TASKS.values()])
        return draw(st.one_of(names, names, TEXT.filter(bool)))

    path = re.sub(r"\{[^}]*\}", fill, template)
    if draw(st.integers(0, 9)) == 0:
        path = draw(st.sampled_from(["/other", "/default", "//", "/_", "/.."])) + path
    pairs = draw(QUERIES)
    # Nobody waits for long in a test.
    query = "&".join([f"{name}={value}" for name, value in pairs] + ["timeout=50ms"])
    if draw(st.integers(0, 9)) == 0:
        query = query.removesuffix("timeout=50ms") + draw(TEXT)
    if "timeout=50ms" not in query:
        method = "GET" if method in {"PUT", "DELETE"} or template.endswith("_start") else method
    content = draw(BODIES)
    cut = draw(st.integers(0, len(content)))
    parts = draw(st.sampled_from([(content,), (content[:cut], content[cut:])]))
    headers = [(b"content-type", draw(TYPES)), *draw(EXTRAS)]
    return Sent(method, path, query.encode("utf-8", "replace"), headers, parts)


@settings(max_examples=EXAMPLES)
@given(st.lists(requests(), min_size=1, max_size=4))
@example([Sent("PUT", "/_inference/text_embedding/" + "x" * 5000, b"timeout=50ms")])
@example([Sent("GET", "/_inference/a\x00b")])
@example([Sent("POST", "/_inference/dense", b"filter_path=" + b"**." * 500)])
@example([Sent("HEAD", "/other/v1/rerank")])
def test_any_request_is_answered_soon_and_never_by_a_500(sents: list[Sent]) -> None:
    async def run() -> None:
        async with an_app() as app:
            for sent in sents:
                check(sent, await ask(app, sent))

    asyncio.run(run())


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_inference/dense"),
        ("PUT", "/_inference/text_embedding/new"),
        ("PUT", "/_inference/dense/_update"),
        ("POST", "/_ml/trained_models/.elser_model_2/deployment/_update"),
    ],
)
@pytest.mark.parametrize(
    "content",
    [
        b"[" * 1_000_000,
        b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
        b'{"input":' + b"[" * 500_000 + b"]" * 500_000 + b"}",
        b'{"input": "' + b"\\u0061" * 2_000_000 + b'"}',
        b'{"input": [' + b'"a",' * 1_000_000 + b'"a"]}',
        b'{"top_n": 1' + b"0" * 1_000_000 + b"}",
        b'{"x": 1, ' * 100_000,
        b"{" + b",".join(b'"k%d":1' % at for at in range(200_000)) + b"}",
    ],
    ids=["lists", "objects", "a deep input", "escapes", "inputs", "digits", "unclosed", "keys"],
)
async def test_hostile_bodies_are_refused_early(method: str, path: str, content: bytes) -> None:
    async with an_app() as app:
        sent = Sent(method, path, b"timeout=50ms", parts=(content,))
        got = await ask(app, sent)

    assert got.status in {400, 413}, got
    assert len(got.body) < 2000
    # Next to the time that it takes to send as much; the bound is for a machine that is busy.
    assert got.seconds < 2.0


@pytest.mark.parametrize("packed", [False, True])
async def test_what_is_too_large_is_refused_before_it_is_whole(packed: bool) -> None:
    chunk = b"a" * 2**20
    parts = [chunk] * 64
    headers = [(b"content-type", b"application/json")]
    if packed:
        parts = [gzip.compress(b"".join(parts))]
        headers.append((b"content-encoding", b"gzip"))
    assert len(chunk) * 64 > BODY_BYTES

    async with an_app() as app:
        got = await ask(app, Sent("POST", "/_inference/dense", b"", headers, parts))

    assert got.status == 413
    assert json.loads(got.body)["status"] == 413
