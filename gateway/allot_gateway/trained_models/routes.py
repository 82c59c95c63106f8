"""The calls of `_ml/trained_models`: parse, call, answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from allot_cluster.declared import Deployment
from allot_gateway.answering import answer
from allot_gateway.json_body import read_optional_object
from allot_gateway.query import read_flag, read_number, read_seconds
from allot_gateway.routing_table import build_route
from allot_gateway.surroundings import Surroundings
from allot_gateway.trained_models.asking import ask_rows
from allot_gateway.trained_models.assignments import describe_assignment
from allot_gateway.trained_models.changes import NUMBER, parse_update
from allot_gateway.trained_models.configs import describe_model
from allot_gateway.trained_models.deploying import Deployer
from allot_gateway.trained_models.figures import describe_row
from allot_gateway.trained_models.ids import select
from allot_gateway.trained_models.rows import list_models, list_rows
from allot_gateway.trained_models.starts import PARAMETERS, parse_start
from allot_gateway.view.state import DeploymentKey
from allot_gateway.waking import Bell
from allot_protocol.errors import ErrorType, RequestFault, illegal
from allot_protocol.request_body import shorten

# Elasticsearch's default of a start's `timeout`.
TIMEOUT_SECONDS = 20.0
PAGE_SIZE = 100
STATUS = "definition_status"
# What Elasticsearch keeps of other kinds of models, or of an archive, there is none of.
_INCLUDES = {
    "definition",
    "feature_importance_baseline",
    "hyperparameters",
    "total_feature_importance",
    STATUS,
}
_PAGING = ("allow_no_match", "from", "size")
_CONFIG = (*_PAGING, "decompress_definition", "exclude_generated", "include", "tags")
_BASE = "/_ml/trained_models"
_DEPLOYMENT = f"{_BASE}/{{model_id}}/deployment"


def build_routes(around: Surroundings) -> list[Route]:
    """Return the routes; they listen to the view from here on."""
    bell = Bell()
    around.view.listen(bell.ring)
    calls = Calls(around, Deployer(around, bell))
    return [
        build_route(f"{_BASE}/_stats", "GET", calls.get_stats, _PAGING),
        build_route(f"{_BASE}/{{model_id}}/_stats", "GET", calls.get_stats, _PAGING),
        build_route(_BASE, "GET", calls.get, _CONFIG),
        build_route(f"{_BASE}/{{model_id}}", "GET", calls.get, _CONFIG),
        build_route(f"{_DEPLOYMENT}/_start", "POST", calls.start, PARAMETERS),
        build_route(f"{_DEPLOYMENT}/_update", "POST", calls.update, ("force", NUMBER)),
        build_route(f"{_DEPLOYMENT}/_stop", "POST", calls.stop, ("allow_no_match", "force")),
    ]


@dataclass(frozen=True, slots=True)
class Calls:
    """The handlers."""

    around: Surroundings
    deployer: Deployer

    async def get(self, request: Request) -> Response:
        """Answer with the models that endpoints and deployments can name."""
        wanted = {word for word in request.query_params.get("include", "").split(",") if word}
        if unknown := wanted - _INCLUDES:
            raise illegal(
                f"unknown [include] parameter [{shorten(min(unknown))}]. Valid options are "
                f"{sorted(_INCLUDES)}"
            )
        models = list_models(
            self.around.view, request.state.namespace, self.around.shared_namespace
        )
        chosen = select(
            # No model has a tag.
            [] if request.query_params.get("tags") else models,
            lambda one: (one.model_id, *one.aliases),
            request.path_params.get("model_id"),
            may_be_none=read_flag(request, "allow_no_match", default=True),
        )
        page = _page(request, chosen)
        has_status = STATUS in wanted
        configs = [describe_model(model, has_status=has_status) for model in page]
        return answer(request, {"count": len(chosen), "trained_model_configs": configs})

    async def get_stats(self, request: Request) -> Response:
        """Answer with a row for each deployment, its pods asked for what they count."""
        around, namespace = self.around, request.state.namespace
        chosen = select(
            list_rows(around.view, namespace, around.shared_namespace),
            lambda row: row.names,
            request.path_params.get("model_id"),
            may_be_none=read_flag(request, "allow_no_match", default=True),
        )
        asked = await ask_rows(around.stats, around.view, namespace, _page(request, chosen))
        now = around.utc_now()
        stats = [describe_row(row, nodes, now) for row, nodes in asked]
        return answer(request, {"count": len(chosen), "trained_model_stats": stats})

    async def start(self, request: Request) -> Response:
        """Make a deployment and answer with its assignment."""
        seconds = read_seconds(request, "timeout", TIMEOUT_SECONDS)
        body = await read_optional_object(request)
        asked = parse_start(_model_id(request), request.query_params, body)
        deployment = await self.deployer.start(request.state.namespace, asked, seconds)
        return self._answer(request, deployment)

    async def update(self, request: Request) -> Response:
        """Change the number of a deployment's allocations and answer with its assignment."""
        asked = parse_update(request.query_params, await read_optional_object(request))
        deployment = await self.deployer.update(
            request.state.namespace,
            _model_id(request),
            asked,
            is_forced=read_flag(request, "force"),
        )
        return self._answer(request, deployment)

    async def stop(self, request: Request) -> Response:
        """Delete deployments."""
        body = await read_optional_object(request)
        _check_stop(body, _model_id(request))
        await self.deployer.stop(
            request.state.namespace,
            _model_id(request),
            is_forced=bool(body.get("force", read_flag(request, "force"))),
            may_be_none=bool(
                body.get("allow_no_match", read_flag(request, "allow_no_match", default=True))
            ),
        )
        return answer(request, {"stopped": True})

    def _answer(self, request: Request, deployment: Deployment) -> Response:
        key = DeploymentKey(deployment.subject.namespace, deployment.deployment_id)
        pods = self.around.view.find_target(key).pods
        return answer(request, describe_assignment(deployment, pods))


def _model_id(request: Request) -> str:
    return str(request.path_params["model_id"])


def _page(request: Request, chosen: list[Any]) -> list[Any]:
    start = read_number(request, "from", 0, least=0)
    return chosen[start : start + read_number(request, "size", PAGE_SIZE, least=0)]


def _check_stop(body: dict[str, Any], model_id: str) -> None:
    for name, value in body.items():
        if name == "id" and value == model_id:
            continue
        if name not in ("allow_no_match", "force") or not isinstance(value, bool):
            raise RequestFault(
                ErrorType.PARSE, f"[stop] field [{shorten(name)}] is unknown, or not as it must be"
            )
