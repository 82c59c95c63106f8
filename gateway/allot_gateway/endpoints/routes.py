"""The calls of `_inference` that manage endpoints: parse, call, answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from allot_api.terms import Service, TaskType
from allot_cluster.declared import Endpoint
from allot_gateway.answering import answer
from allot_gateway.deprecations import ELSER_SERVICE, warn
from allot_gateway.endpoints.bodies import parse_put, parse_task
from allot_gateway.endpoints.changes import parse_update
from allot_gateway.endpoints.checks import refuse_reserved
from allot_gateway.endpoints.creating import Creator, time_is_up
from allot_gateway.endpoints.deleting import Deleter, Deletion
from allot_gateway.endpoints.finding import check_task, find_endpoint, show_endpoint
from allot_gateway.endpoints.rendering import describe_endpoint
from allot_gateway.endpoints.updating import Update, update_endpoint
from allot_gateway.json_body import BODY_BYTES
from allot_gateway.query import read_flag, read_seconds
from allot_gateway.routing_table import build_route
from allot_gateway.surroundings import Surroundings
from allot_gateway.waking import Bell
from allot_protocol.reading import read_body

# Elasticsearch's default of `timeout` for a PUT and an _update.
TIMEOUT_SECONDS = 30.0
ALL = "_all"
_BY_ID, _BY_TASK = "/_inference/{inference_id}", "/_inference/{task_type}/{inference_id}"


def build_routes(around: Surroundings) -> list[Route]:
    """Return the routes; they listen to the view from here on."""
    bell = Bell()
    around.view.listen(bell.ring)
    around.view.listen_endpoints(bell.ring)
    calls = Calls(around, Creator(around, bell), Deleter(around, bell))
    return [
        build_route("/_inference", "GET", calls.list_all),
        *(
            # The last name of a path is not to be taken for an id.
            build_route(f"{path}/_update", "PUT", calls.update, ("force", "timeout"))
            for path in (_BY_ID, _BY_TASK)
        ),
        *(
            route
            for path in (_BY_ID, _BY_TASK)
            for route in (
                build_route(path, "PUT", calls.put, ("timeout",)),
                build_route(path, "GET", calls.get),
                build_route(path, "DELETE", calls.delete, ("dry_run", "force")),
            )
        ),
    ]


@dataclass(frozen=True, slots=True)
class Calls:
    """The handlers."""

    around: Surroundings
    creator: Creator
    deleter: Deleter

    async def put(self, request: Request) -> Response:
        """Create an endpoint and answer with it once it serves."""
        seconds = read_seconds(request, "timeout", TIMEOUT_SECONDS)
        # Before its body, of which the id's own rule would say what it has to be.
        if (fault := refuse_reserved(_inference_id(request))) is not None:
            raise fault
        content = await read_body(request.receive, request.headers, BODY_BYTES)
        wanted = parse_put(content, _inference_id(request), request.path_params.get("task_type"))
        endpoint = await self.creator.create(request.state.namespace, wanted, seconds)
        is_elser = wanted.spec.service is Service.ELSER
        return self._answer_one(request, endpoint, warn(ELSER_SERVICE) if is_elser else None)

    async def get(self, request: Request) -> Response:
        """Answer with one endpoint, or with all of a task."""
        task = _task(request)
        if _inference_id(request) == ALL:
            return self._answer_list(request, task)
        endpoint = await find_endpoint(self.around, request.state.namespace, _inference_id(request))
        check_task(endpoint, task)
        shown = show_endpoint(self.around.view, endpoint)
        return answer(request, {"endpoints": [describe_endpoint(shown)]})

    async def list_all(self, request: Request) -> Response:
        """Answer with all endpoints."""
        return self._answer_list(request, None)

    async def delete(self, request: Request) -> Response:
        """Delete an endpoint, or say what speaks against it."""
        asked = Deletion(
            inference_id=_inference_id(request),
            task=_task(request),
            is_dry_run=read_flag(request, "dry_run"),
            is_forced=read_flag(request, "force"),
        )
        return answer(request, await self.deleter.delete(request.state.namespace, asked))

    async def update(self, request: Request) -> Response:
        """Change an endpoint's number of allocations or task settings, and answer with it."""
        seconds = read_seconds(request, "timeout", TIMEOUT_SECONDS)
        asked = Update(
            inference_id=_inference_id(request),
            task=_task(request),
            wish=parse_update(await read_body(request.receive, request.headers, BODY_BYTES)),
            is_forced=read_flag(request, "force"),
        )
        try:
            async with asyncio.timeout(seconds):
                endpoint = await update_endpoint(self.around, request.state.namespace, asked)
        except TimeoutError:
            raise time_is_up(asked.inference_id, seconds) from None
        return self._answer_one(request, endpoint)

    def _answer_one(
        self, request: Request, endpoint: Endpoint, headers: Mapping[str, str] | None = None
    ) -> Response:
        shown = show_endpoint(self.around.view, endpoint)
        return answer(request, describe_endpoint(shown), headers=headers)

    def _answer_list(self, request: Request, task: TaskType | None) -> Response:
        endpoints = self.around.view.list_endpoints(request.state.namespace)
        shown = (show_endpoint(self.around.view, one) for one in endpoints if one.spec is not None)
        bodies = [
            describe_endpoint(one) for one in shown if task is None or one.spec.task_type is task
        ]
        return answer(request, {"endpoints": bodies})


def _inference_id(request: Request) -> str:
    return str(request.path_params["inference_id"])


def _task(request: Request) -> TaskType | None:
    text = request.path_params.get("task_type")
    return None if text is None else parse_task(text)
