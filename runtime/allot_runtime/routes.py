"""One short function for each path: read, call, answer."""

from __future__ import annotations

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import Response

from allot_protocol.departing import while_client_waits
from allot_protocol.headers import PASS_TOKENS_HEADER, TOKENS_HEADER, WAITING_TOKENS_HEADER
from allot_protocol.inference_request import InferenceRequest, choose_task, parse_request
from allot_protocol.reading import read_body
from allot_protocol.responses import PRODUCT, answer_json
from allot_runtime.allocation import Allocation
from allot_runtime.pod_token import PodToken
from allot_runtime.stats import describe_model, describe_stats
from allot_runtime.threads import read_cpu_share
from allot_runtime.timeline import Timeline
from allot_runtime.watching import watch_request


def allocation_of(request: Request) -> Allocation:
    """Return the allocation that this application serves."""
    allocation: Allocation = request.app.state.allocation
    return allocation


def check_token(request: Request) -> None:
    """Raise RequestFault unless the caller shows the pods' token, or none is asked for."""
    token: PodToken = request.app.state.token
    token.check(request.headers.get("authorization"))


async def live(request: Request) -> Response:
    """Say that the event loop turns."""
    return answer_json(request, {"status": "alive"})


async def ready(request: Request) -> Response:
    """Say whether requests may be sent here: 200 only after a real forward pass."""
    allocation = allocation_of(request)
    status = 200 if allocation.readiness.is_ready else 503
    return answer_json(request, describe_model(allocation), status)


async def stats(request: Request) -> Response:
    """Answer what this allocation has done."""
    check_token(request)
    return answer_json(request, describe_stats(allocation_of(request), read_cpu_share()))


async def metrics(request: Request) -> Response:
    """Answer the same for Prometheus."""
    text = generate_latest(request.app.state.registry)
    return Response(text, headers=PRODUCT, media_type=CONTENT_TYPE_PLAIN_0_0_4)


async def infer(request: Request) -> Response:
    """Compute vectors, tokens or a ranking."""
    check_token(request)
    allocation = allocation_of(request)
    with watch_request(allocation, request.app.state.tracer, request.headers) as timeline:
        path_task, served = request.path_params.get("task_type"), allocation.spec.task_types
        timeline.task = choose_task(path_task, tuple(served))
        asked = await _parse(request, allocation)
        timeline.inputs = len(asked.inputs)
        work = allocation.infer(asked, timeline)
        answer = await while_client_waits(request.receive, work)
        return answer_json(request, answer, headers=describe_work(allocation, timeline))


def describe_work(allocation: Allocation, timeline: Timeline) -> dict[str, str]:
    """Return what a router reads beside an answer.

    That is the tokens of this request, those that wait here now, whoever sent them, and those that
    one pass takes.
    """
    engine = allocation.engine
    return {
        TOKENS_HEADER: str(timeline.tokens),
        WAITING_TOKENS_HEADER: str(engine.tokens_waiting),
        PASS_TOKENS_HEADER: str(engine.budget.tokens),
    }


async def _parse(request: Request, allocation: Allocation) -> InferenceRequest:
    limits = allocation.settings.limits
    return parse_request(
        await read_body(request.receive, request.headers, limits.body_bytes),
        path_task=request.path_params.get("task_type"),
        served=tuple(allocation.spec.task_types),
        timeout=request.query_params.get("timeout"),
        limits=limits,
    )
