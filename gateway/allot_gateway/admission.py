"""The door before the management calls: who may, and a line for each change."""

from __future__ import annotations

import uuid

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allot_gateway.access.actions import ENDPOINTS, Action, Caller
from allot_gateway.access.audit import Change, write
from allot_gateway.access.faults import Refusal
from allot_gateway.answering import answer_fault
from allot_gateway.needs import Need, admits_itself, find_need
from allot_gateway.parts import Parts
from allot_gateway.view.state import DeploymentKey
from allot_protocol.errors import RequestFault

REQUEST_ID = "x-opaque-id"


class Admission:
    """Lets a request through to the application, or answers why not."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self._app = app
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if admits_itself(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        need = find_need(request.method, scope["path"])
        action = self._find_action(request.state.namespace, need) if need else None
        caller: Caller | None = None
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            caller = await self._parts.gate.admit(scope["headers"], action)
            await self._app(scope, receive, watch)
        except RequestFault as fault:
            caller = fault.caller if isinstance(fault, Refusal) else None
            await answer_fault(request, fault)(scope, receive, watch)
        finally:
            if need is not None and need.is_change and action is not None:
                write(self._describe(request, caller, action, status))

    def _find_action(self, namespace: str, need: Need) -> Action:
        name = need.identifier
        if name is not None:
            view = self._parts.view
            found = (
                view.find_endpoint(namespace, name)
                if need.resource == ENDPOINTS
                else view.find_deployment(DeploymentKey(namespace, name))
            )
            name = found.subject.name if found else name
        return Action(need.verb, namespace, name, need.resource)

    def _describe(
        self, request: Request, caller: Caller | None, action: Action, status: int
    ) -> Change:
        return Change(
            at=self._parts.around.utc_now(),
            request_id=request.headers.get(REQUEST_ID) or uuid.uuid4().hex,
            caller=caller,
            action=action,
            method=request.method,
            path=request.url.path,
            status=status,
            client=request.client.host if request.client else "",
        )
