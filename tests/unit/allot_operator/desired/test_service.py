from __future__ import annotations

from allot_api.names import model_labels
from allot_operator.desired.deployment import choose_resource_name
from allot_operator.desired.service import build_service, build_service_url
from tests.unit.allot_operator.builders import a_subject


def test_port_80_leads_to_the_pods() -> None:
    manifest = build_service(a_subject("d"), "d")

    assert manifest["spec"]["selector"] == model_labels(choose_resource_name("d"))
    assert manifest["spec"]["ports"] == [
        {"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}
    ]


def test_programs_in_the_cluster_find_it_by_name() -> None:
    assert build_service_url("a", "d") == f"http://{choose_resource_name('d')}.a.svc"
