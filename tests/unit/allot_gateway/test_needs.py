from __future__ import annotations

import pytest

from allot_gateway.access.actions import DEPLOYMENTS, ENDPOINTS, MODELS, Verb
from allot_gateway.needs import Need, admits_itself, find_need


@pytest.mark.parametrize(
    ("method", "path", "need"),
    [
        ("GET", "/_inference", Need(Verb.LIST, ENDPOINTS)),
        ("GET", "/_inference/_all", Need(Verb.LIST, ENDPOINTS)),
        ("GET", "/_inference/rerank/_all", Need(Verb.LIST, ENDPOINTS)),
        ("GET", "/_inference/x", Need(Verb.GET, ENDPOINTS, "x")),
        ("GET", "/_inference/rerank/x", Need(Verb.GET, ENDPOINTS, "x")),
        ("PUT", "/_inference/rerank/x", Need(Verb.CREATE, ENDPOINTS, "x")),
        ("PUT", "/_inference/x/_update", Need(Verb.UPDATE, ENDPOINTS, "x")),
        ("DELETE", "/_inference/x", Need(Verb.DELETE, ENDPOINTS, "x")),
        ("GET", "/_ml/trained_models/_stats", Need(Verb.LIST, DEPLOYMENTS)),
        ("GET", "/_ml/trained_models/a,b/_stats", Need(Verb.LIST, DEPLOYMENTS)),
        ("GET", "/_ml/trained_models/a", Need(Verb.LIST, MODELS)),
        (
            "POST",
            "/_ml/trained_models/d/deployment/_start",
            Need(Verb.CREATE, DEPLOYMENTS, "d"),
        ),
        (
            "POST",
            "/_ml/trained_models/d/deployment/_update",
            Need(Verb.UPDATE, DEPLOYMENTS, "d"),
        ),
        ("POST", "/_ml/trained_models/d/deployment/_stop", Need(Verb.DELETE, DEPLOYMENTS, "d")),
        ("GET", "/v1/models", Need(Verb.LIST, ENDPOINTS)),
        ("GET", "/v1/models/x", Need(Verb.GET, ENDPOINTS, "x")),
        ("GET", "/tei/x/info", Need(Verb.GET, ENDPOINTS, "x")),
        ("GET", "/", None),
        ("GET", "/nothing", None),
    ],
)
def test_each_call_has_its_verb(method: str, path: str, need: Need | None) -> None:
    assert find_need(method, path) == need


@pytest.mark.parametrize(
    ("verb", "is_change"),
    [(Verb.CREATE, True), (Verb.UPDATE, True), (Verb.DELETE, True), (Verb.GET, False)],
)
def test_changes_are_written_down(verb: Verb, is_change: bool) -> None:
    assert Need(verb, ENDPOINTS, "x").is_change is is_change


@pytest.mark.parametrize(
    ("method", "path", "does"),
    [
        ("POST", "/v1/embeddings", True),
        ("POST", "/tei/x/embed", True),
        ("GET", "/v1/models", False),
        ("POST", "/_ml/trained_models/d/deployment/_start", False),
        ("POST", "/", False),
    ],
)
def test_other_apis_inference_is_admitted_where_its_endpoint_is_known(
    method: str, path: str, does: bool
) -> None:
    assert admits_itself(method, path) is does
