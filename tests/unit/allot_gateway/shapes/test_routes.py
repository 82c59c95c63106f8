"""The routes from request to answer, with a client of each API where it comes as a package."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
import pytest
from starlette.applications import Starlette

from allot_gateway.shapes.routes import ShapeRoutes
from tests.unit.allot_gateway.shapes.computing import Computing, embed

URL = "http://gateway"


@pytest.fixture
def computing() -> Computing:
    return Computing()


@pytest.fixture
async def client(computing: Computing) -> AsyncIterator[httpx2.AsyncClient]:
    routes = ShapeRoutes(
        computing,
        namespace_of=lambda request: request.headers.get("x-namespace", "here"),
        version="1.2.3",
        most_body_bytes=10_000,
    )
    transport = httpx2.ASGITransport(app=Starlette(routes=routes.build()))
    async with httpx2.AsyncClient(transport=transport, base_url=URL) as client:
        yield client


@pytest.fixture
def package(client: httpx2.AsyncClient) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=f"{URL}/v1", api_key="secret", http_client=client, max_retries=0
    )


async def post(client: httpx2.AsyncClient, path: str, body: Any) -> tuple[int, Any]:
    response = await client.post(path, json=body)
    return response.status_code, response.json()


async def test_the_openai_package_reads_vectors_of_either_encoding(
    package: openai.AsyncOpenAI, computing: Computing
) -> None:
    # It asks for base64 by itself, and decodes what comes.
    packed = await package.embeddings.create(model="my-e5", input=["a", "banana"])
    plain = await package.embeddings.create(model="my-e5", input="a", encoding_format="float")

    assert packed.data[1].embedding == pytest.approx(embed("banana"), rel=1e-6)
    assert [one.index for one in packed.data] == [0, 1]
    assert plain.data[0].embedding == embed("a")
    assert (packed.model, packed.usage.total_tokens) == ("my-e5", 2)
    namespace, _, headers = computing.calls[0]
    assert (namespace, headers["authorization"]) == ("here", "Bearer secret")


async def test_the_openai_package_lists_and_shows_models(package: openai.AsyncOpenAI) -> None:
    models = [model.id async for model in package.models.list()]
    shown = await package.models.retrieve(".elser")

    assert models == ["my-e5", ".elser", "ranker"]
    assert (shown.id, shown.created, shown.owned_by) == (".elser", 1_700_000_001, "allot")


async def test_the_openai_package_raises_its_own_errors(package: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        await package.models.retrieve("nobody")
    with pytest.raises(openai.RateLimitError, match="the queue is full") as busy:
        await package.embeddings.create(model="busy", input="a")
    with pytest.raises(openai.InternalServerError, match="the model failed"):
        await package.embeddings.create(model="broken", input="a")
    with pytest.raises(openai.BadRequestError, match="list of token numbers"):
        await package.embeddings.create(model="my-e5", input=[1, 2])

    assert missing.value.code == "model_not_found"
    assert busy.value.response.headers["retry-after"] == "7"


async def test_a_namespace_shows_its_own_models(client: httpx2.AsyncClient) -> None:
    response = await client.get("/v1/models", headers={"x-namespace": "elsewhere"})

    assert response.json() == {"object": "list", "data": []}


@pytest.mark.parametrize("version", ["1", "2"])
async def test_cohere_ranks_documents(client: httpx2.AsyncClient, version: str) -> None:
    status, answer = await post(
        client,
        f"/v{version}/rerank",
        {
            "model": "ranker", "query": "cat", "documents": ["dog", {"text": "cat"}, "cat cat"],
            "top_n": 2, "return_documents": True,
        },
    )  # fmt: skip

    assert status == 200
    assert [(one["index"], one["document"]["text"]) for one in answer["results"]] == [
        (2, "cat cat"),
        (1, "cat"),
    ]
    assert answer["meta"] == {"api_version": {"version": version}}


async def test_cohere_reads_a_message(client: httpx2.AsyncClient) -> None:
    body = {"model": "busy", "query": "cat", "documents": ["dog"]}

    assert await post(client, "/v2/rerank", body) == (429, {"message": "the queue is full"})


async def test_tei_embeds_and_ranks_under_the_endpoints_path(client: httpx2.AsyncClient) -> None:
    assert await post(client, "/tei/my-e5/embed", {"inputs": "a", "truncate": True}) == (
        200,
        [embed("a")],
    )
    status, sparse = await post(client, "/tei/.elser/embed_sparse", {"inputs": ["hi you"]})
    assert (status, [one["value"] for one in sparse[0]]) == (200, [2 / 3, 1.0])
    ranking = {"query": "cat", "texts": ["dog", "cat"], "raw_scores": True}
    assert await post(client, "/tei/ranker/rerank", ranking) == (
        200,
        [{"index": 1, "score": 1.0}, {"index": 0, "score": -1.0}],
    )


@pytest.mark.parametrize("slash", ["", "/"])
async def test_elasticsearchs_hugging_face_service_is_served_at_the_path_itself(
    client: httpx2.AsyncClient, slash: str
) -> None:
    texts = {"inputs": ["hi", "you all"]}
    ranking = {"documents": ["dog", "cat"], "query": "cat", "return_documents": True, "top_n": 1}

    assert await post(client, f"/tei/my-e5{slash}", texts) == (200, [embed("hi"), embed("you all")])
    assert await post(client, f"/tei/.elser{slash}", texts) == (
        200,
        [{"hi": 2 / 3}, {"you": 1.0, "all": 1.0}],
    )
    assert await post(client, f"/tei/ranker{slash}", ranking) == (
        200,
        [{"index": 1, "score": 1.0, "text": "cat"}],
    )


async def test_tei_tells_of_an_endpoint_and_its_health(client: httpx2.AsyncClient) -> None:
    info = await client.get("/tei/my-e5/info")
    health = await client.get("/tei/my-e5/health")
    missing = await client.get("/tei/nobody/health")

    assert info.json()["model_id"] == "my-e5"
    assert (health.status_code, health.content) == (200, b"")
    assert (missing.status_code, missing.json()["error"]) == (
        404,
        "Inference endpoint not found [nobody]",
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/embeddings", {"model": "my-e5", "input": "a" * 20_000}),
        ("/v1/rerank", {"model": "ranker", "query": "a", "documents": ["a" * 20_000]}),
        ("/tei/my-e5", {"inputs": "a" * 20_000}),
    ],
)
async def test_a_body_that_is_too_large_is_refused_in_each_apis_words(
    client: httpx2.AsyncClient, path: str, body: Any
) -> None:
    status, answer = await post(client, path, body)

    assert status == 413
    assert "max_body_bytes [10000]" in str(answer)
