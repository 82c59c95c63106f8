"""One inference request: find its endpoint, read it, spread it over pods, answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Protocol
from urllib.parse import quote

import orjson

from allot_api.resolve import EndpointSettings, RerankOptions
from allot_cluster.declared import Endpoint
from allot_gateway.chunking.request_option import parse_chunks
from allot_gateway.inference.cutting import cut_request
from allot_gateway.inference.dividing import Piece, divide
from allot_gateway.inference.joining import UnexpectedAnswer, join
from allot_gateway.routing.calls import PodAnswer, PodCall
from allot_gateway.view.state import DeploymentKey, View
from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.inference_request import InferenceRequest, parse_request
from allot_protocol.limits import Limits
from allot_protocol.request_body import shorten

# What a pod is told of a request's headers: how to label its answer, whose trace it belongs to.
FORWARDED = ("accept", "traceparent", "tracestate")


Headers = tuple[tuple[str, str], ...]


class Sender(Protocol):
    """Sends a piece to a pod of a deployment."""

    async def send(self, key: DeploymentKey, call: PodCall) -> PodAnswer:
        """Return the pod's answer; raises RequestFault where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came; `task` is the path's, `timeout` and `chunks` are the query's."""

    namespace: str
    inference_id: str
    task: str | None
    timeout: str | None
    chunks: str | None
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Inference:
    """Answers requests for inference. Times are monotonic, in seconds.

    `fetch_token` gives what the pods of a namespace ask for.
    """

    view: View
    sender: Sender
    fetch_token: Callable[[str], Awaitable[str | None]]
    monotonic: Callable[[], float]
    limits: Limits

    async def answer(self, received: Received) -> PodAnswer:
        """Return the answer to a request; raises RequestFault."""
        began = self.monotonic()
        settings = find_settings(self.view, received.namespace, received.inference_id)
        asked, is_changed = self._read(received, settings)
        wants_chunks = parse_chunks(received.chunks, settings.task_type)
        cut = await cut_request(asked, settings.task, wants_chunks=wants_chunks)
        if cut is None:
            return await self._ask(received, settings, asked, began, is_changed=is_changed)
        answer = await self._ask(received, settings, cut.asked, began, is_changed=True)
        if answer.status != HTTPStatus.OK:
            return answer
        return replace(answer, body=orjson.dumps(cut.compose(orjson.loads(answer.body))))

    async def _ask(
        self,
        received: Received,
        settings: EndpointSettings,
        asked: InferenceRequest,
        began: float,
        *,
        is_changed: bool,
    ) -> PodAnswer:
        """Return the pods' answer to what is asked; `is_changed` as `divide` has it."""
        pieces = divide(asked, received.body, is_changed=is_changed)
        key = DeploymentKey(received.namespace, settings.serving_deployment_id)
        headers = choose_headers(received, await self.fetch_token(received.namespace))
        calls = [self._build_call(received, asked, piece, began, headers) for piece in pieces]
        if len(calls) == 1:
            return await self.sender.send(key, calls[0])
        return combine(asked, pieces, await self._send_all(key, calls))

    def _read(
        self, received: Received, settings: EndpointSettings
    ) -> tuple[InferenceRequest, bool]:
        """Return what is asked for, and whether the endpoint's settings changed it."""
        task = settings.task
        returns = task.return_documents if isinstance(task, RerankOptions) else True
        asked = parse_request(
            received.body,
            path_task=received.task,
            served=(settings.task_type,),
            timeout=received.timeout,
            limits=self.limits,
            returns_documents=returns,
        )
        return asked, not returns and not asked.return_documents

    def _build_call(
        self,
        received: Received,
        asked: InferenceRequest,
        piece: Piece,
        began: float,
        headers: Headers,
    ) -> PodCall:
        return PodCall(
            path=f"/_inference/{asked.task_type}/{quote(received.inference_id, safe='')}",
            body=piece.body,
            headers=headers,
            characters=piece.characters,
            inputs=piece.inputs,
            priority=asked.priority,
            deadline=began + asked.timeout_seconds,
            timeout_seconds=asked.timeout_seconds,
        )

    async def _send_all(self, key: DeploymentKey, calls: Sequence[PodCall]) -> list[PodAnswer]:
        """Send every piece; the first that fails ends the others."""

        async def send(call: PodCall) -> PodAnswer:
            answer = await self.sender.send(key, call)
            if answer.status != HTTPStatus.OK:
                raise _Failed(answer)
            return answer

        sending = [asyncio.ensure_future(send(call)) for call in calls]
        try:
            return await asyncio.gather(*sending)
        except _Failed as failed:
            return [failed.answer]
        finally:
            for one in sending:
                one.cancel()
            await asyncio.gather(*sending, return_exceptions=True)


class _Failed(Exception):
    """A piece was refused by its pod."""

    def __init__(self, answer: PodAnswer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def choose_headers(received: Received, token: str | None) -> Headers:
    """Return the headers that a pod gets: the gateway's own token, never a client's."""
    headers = [("content-type", "application/json")]
    headers += [(name, value) for name in FORWARDED if (value := received.headers.get(name))]
    if token is not None:
        headers.append(("authorization", f"Bearer {token}"))
    return tuple(headers)


def find_settings(view: View, namespace: str, inference_id: str) -> EndpointSettings:
    """Return the settings of the endpoint with an id; raises RequestFault."""
    endpoint: Endpoint | None = view.find_endpoint(namespace, inference_id)
    if endpoint is None:
        if not view.is_synced:
            raise RequestFault(
                ErrorType.NOT_READY, "the gateway has not read the endpoints yet: try again"
            )
        raise RequestFault(
            ErrorType.NOT_FOUND, f"Inference endpoint not found [{shorten(inference_id)}]"
        )
    if endpoint.settings is None:
        raise RequestFault(
            ErrorType.NOT_DEPLOYED,
            f"Inference endpoint [{inference_id}] is not accepted: {endpoint.violation}",
        )
    return endpoint.settings


def combine(
    asked: InferenceRequest, pieces: Sequence[Piece], answers: Sequence[PodAnswer]
) -> PodAnswer:
    """Return one answer from those to the pieces, or the one that failed."""
    first = answers[0]
    if first.status != HTTPStatus.OK:
        return first
    try:
        body = join(asked, pieces, [answer.body for answer in answers])
    except UnexpectedAnswer as error:
        raise RequestFault(
            ErrorType.BAD_GATEWAY, f"a pod's answer is not understood: {error}"
        ) from error
    tokens = sum(answer.tokens or 0 for answer in answers)
    return PodAnswer(first.status, first.content_type, body, None, first.pod, tokens)
