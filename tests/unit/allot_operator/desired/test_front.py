from __future__ import annotations

from typing import Any

import pytest

from allot_api.terms import TaskType
from allot_operator.desired.front import Front, NoFront, build_endpoint_url, build_front


def a_service(*ingress: dict[str, str], port: str = "http") -> dict[str, Any]:
    return {
        "metadata": {"name": "allot-gateway", "namespace": "allot-system"},
        "spec": {"ports": [{"name": port, "port": 9200}]},
        "status": {"loadBalancer": {"ingress": list(ingress)} if ingress else {}},
    }


@pytest.mark.parametrize(
    ("service", "url"),
    [
        (a_service(), "http://allot-gateway.allot-system.svc:9200"),
        (a_service({"ip": "127.17.0.1"}), "http://127.17.0.1:9200"),
        (a_service({"ip": "fd00::1"}), "http://[fd00::1]:9200"),
        (a_service({"hostname": "lb.example.com"}), "http://lb.example.com:9200"),
        (a_service(port="https"), "https://allot-gateway.allot-system.svc:9200"),
    ],
)
def test_a_gateway_is_named_by_its_load_balancer_or_else_by_its_service(
    service: dict[str, Any], url: str
) -> None:
    assert build_front(service, "a") == Front(url, "a")


def test_without_its_service_there_is_no_gateway() -> None:
    assert build_front(None, "a") is NoFront.ABSENT


def test_only_namespaces_that_are_not_the_default_are_named() -> None:
    front = Front("http://gateway:9200", "a")

    assert front.base_for("a") == "http://gateway:9200"
    assert front.base_for("b") == "http://gateway:9200/b"


def test_an_endpoints_url_says_task_and_id() -> None:
    url = build_endpoint_url("http://d.a.svc", TaskType.SPARSE_EMBEDDING, "my endpoint")

    assert url == "http://d.a.svc/_inference/sparse_embedding/my%20endpoint"
