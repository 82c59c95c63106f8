"""The routes of other APIs: read, translate, have it computed, answer or say why not."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from allot_api.terms import TaskType
from allot_gateway.shapes import cohere_shape, openai_shape, tei_shape
from allot_gateway.shapes.inference_call import (
    Computed,
    Inference,
    InferenceCall,
    ServedEndpoint,
)
from allot_gateway.shapes.shape_body import parse_shape
from allot_protocol.errors import RequestFault
from allot_protocol.limits import BODY_BYTES
from allot_protocol.reading import read_body

Handler = Callable[[Request], Awaitable[Response]]
Action = Callable[[Request], Awaitable[Any]]
DescribeError = Callable[[int, str, str], dict[str, Any]]
PATH_ID = "inference_id"


class EndpointUnknown(Exception):
    """No endpoint has this id; its argument is the sentence."""

    def __init__(self, inference_id: str) -> None:
        super().__init__(f"Inference endpoint not found [{inference_id}]")


@dataclass(frozen=True, slots=True)
class ShapeRoutes:
    """The handlers, on what has calls computed; `namespace_of` says where a request belongs."""

    inference: Inference
    namespace_of: Callable[[Request], str]
    version: str
    most_body_bytes: int = BODY_BYTES

    def build(self) -> list[Route]:
        """Return the table."""
        return [
            *self._build_of(
                openai_shape.describe_error,
                ("POST", "/v1/embeddings", self._embed_openai),
                ("GET", "/v1/models", self._list_models),
                ("GET", f"/v1/models/{{{PATH_ID}}}", self._show_model),
            ),
            *self._build_of(
                cohere_shape.describe_error,
                ("POST", "/v1/rerank", self._rerank_cohere),
                ("POST", "/v2/rerank", self._rerank_cohere),
            ),
            *self._build_of(
                tei_shape.describe_error,
                ("POST", f"/tei/{{{PATH_ID}}}", self._serve_own),
                ("POST", f"/tei/{{{PATH_ID}}}/", self._serve_own),
                ("POST", f"/tei/{{{PATH_ID}}}/embed", self._embed_tei),
                ("POST", f"/tei/{{{PATH_ID}}}/embed_sparse", self._embed_sparse),
                ("POST", f"/tei/{{{PATH_ID}}}/rerank", self._rerank_tei),
                ("GET", f"/tei/{{{PATH_ID}}}/info", self._show_info),
                ("GET", f"/tei/{{{PATH_ID}}}/health", self._show_health),
            ),
        ]

    def _build_of(self, describe: DescribeError, *table: tuple[str, str, Action]) -> list[Route]:
        return [
            Route(path, build_handler(action, describe), methods=[method])
            for method, path, action in table
        ]

    async def _infer(self, request: Request, call: InferenceCall) -> Computed:
        return await self.inference.infer(self.namespace_of(request), call, request.headers)

    async def _read(self, request: Request) -> bytes:
        return await read_body(request.receive, request.headers, self.most_body_bytes)

    def _find(self, request: Request) -> ServedEndpoint:
        inference_id = request.path_params[PATH_ID]
        for endpoint in self.inference.endpoints(self.namespace_of(request)):
            if endpoint.inference_id == inference_id:
                return endpoint
        raise EndpointUnknown(inference_id)

    async def _embed_openai(self, request: Request) -> Any:
        body = parse_shape(await self._read(request), openai_shape.EmbeddingsBody)
        computed = await self._infer(request, openai_shape.translate_embeddings(body))
        return openai_shape.compose_embeddings(body, computed)

    async def _list_models(self, request: Request) -> Any:
        return openai_shape.describe_models(self.inference.endpoints(self.namespace_of(request)))

    async def _show_model(self, request: Request) -> Any:
        return openai_shape.describe_model(self._find(request))

    async def _rerank_cohere(self, request: Request) -> Any:
        body = parse_shape(await self._read(request), cohere_shape.RerankBody)
        computed = await self._infer(request, cohere_shape.translate_rerank(body))
        version = "2" if request.url.path.startswith("/v2") else "1"
        return cohere_shape.compose_rerank(
            body, computed.answer, answer_id=str(uuid.uuid4()), version=version
        )

    async def _serve_own(self, request: Request) -> Any:
        content = await self._read(request)
        inference_id = request.path_params[PATH_ID]
        if tei_shape.asks_for_ranking(content):
            asked = parse_shape(content, tei_shape.DocumentsBody)
            call = tei_shape.translate_documents(asked, inference_id)
            return tei_shape.compose_documents(asked, (await self._infer(request, call)).answer)
        body = parse_shape(content, tei_shape.EmbedBody)
        call = tei_shape.translate_embed(body, inference_id, None)
        return tei_shape.compose_own(body, (await self._infer(request, call)).answer)

    async def _embed_tei(self, request: Request) -> Any:
        body = parse_shape(await self._read(request), tei_shape.EmbedBody)
        call = tei_shape.translate_embed(
            body, request.path_params[PATH_ID], TaskType.TEXT_EMBEDDING
        )
        return tei_shape.compose_embed(body, (await self._infer(request, call)).answer)

    async def _embed_sparse(self, request: Request) -> Any:
        body = parse_shape(await self._read(request), tei_shape.EmbedBody)
        call = tei_shape.translate_embed(
            body, request.path_params[PATH_ID], TaskType.SPARSE_EMBEDDING
        )
        return tei_shape.compose_embed_sparse((await self._infer(request, call)).answer)

    async def _rerank_tei(self, request: Request) -> Any:
        body = parse_shape(await self._read(request), tei_shape.RerankBody)
        call = tei_shape.translate_rerank(body, request.path_params[PATH_ID])
        return tei_shape.compose_rerank(body, (await self._infer(request, call)).answer)

    async def _show_info(self, request: Request) -> Any:
        return tei_shape.describe_info(self._find(request), self.version)

    async def _show_health(self, request: Request) -> Any:
        # An endpoint without pods is healthy as well: a request starts one.
        self._find(request)
        return Response()


def build_handler(action: Action, describe: DescribeError) -> Handler:
    """Return a handler that words what goes wrong as its API does."""

    async def handle(request: Request) -> Response:
        try:
            content = await action(request)
        except EndpointUnknown as unknown:
            error = describe(HTTPStatus.NOT_FOUND, "resource_not_found_exception", str(unknown))
            return _answer(error, HTTPStatus.NOT_FOUND)
        except RequestFault as fault:
            response = _answer(describe(fault.status, fault.wire_type, fault.message), fault.status)
            if fault.retry_after_seconds is not None:
                response.headers["Retry-After"] = str(fault.retry_after_seconds)
            return response
        return content if isinstance(content, Response) else _answer(content, HTTPStatus.OK)

    return handle


def _answer(content: Any, status: int) -> Response:
    return Response(
        orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY),
        status,
        media_type="application/json",
    )
