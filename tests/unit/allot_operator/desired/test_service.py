from __future__ import annotations

from allot_api.names import model_labels
from allot_api.terms import TaskType
from allot_operator.desired.deployment import choose_resource_name
from allot_operator.desired.service import build_endpoint_url, build_service, build_service_url
from tests.unit.allot_operator.builders import a_subject


def test_port_80_leads_to_the_pods() -> None:
    manifest = build_service(a_subject("d"), "d")

    assert manifest["spec"]["selector"] == model_labels(choose_resource_name("d"))
    assert manifest["spec"]["ports"] == [
        {"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}
    ]


def test_an_endpoints_url_says_task_and_id() -> None:
    base = build_service_url("a", "d")

    url = build_endpoint_url(base, TaskType.SPARSE_EMBEDDING, "my endpoint")

    assert base == f"http://{choose_resource_name('d')}.a.svc"
    assert url == f"{base}/_inference/sparse_embedding/my%20endpoint"
