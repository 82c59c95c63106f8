"""Where the gateway is, and how a person goes on from there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from allot_cli.demo.gateway import (
    DEFAULT_NAMESPACE,
    PORT,
    describe_use,
    namespace_url,
    outside_place,
)
from allot_cli.demo.inference import SPARSE

BASE = Path(__file__).resolve().parents[4] / "manifests" / "base" / "gateway.yaml"


def a_service(*ingress: dict[str, str]) -> dict[str, Any]:
    return {
        "spec": {"ports": [{"port": 9200}]},
        "status": {"loadBalancer": {"ingress": list(ingress)} if ingress else {}},
    }


@pytest.mark.parametrize(
    ("service", "place"),
    [
        (a_service(), None),
        (a_service({"ip": "127.17.0.1", "ipMode": "VIP"}), ("127.17.0.1", 9200)),
        (a_service({"hostname": "lb.example.com"}), ("lb.example.com", 9200)),
    ],
)
def test_a_load_balancer_has_an_address_or_a_name(
    service: dict[str, Any], place: tuple[str, int] | None
) -> None:
    assert outside_place(service) == place


def test_only_other_namespaces_are_named() -> None:
    assert namespace_url("http://g", DEFAULT_NAMESPACE) == "http://g"
    assert namespace_url("http://g", "allot-demo") == "http://g/allot-demo"


def test_a_person_goes_on_at_the_load_balancers_address() -> None:
    curl, python = describe_use("http://127.17.0.1:9200", "default", SPARSE)

    assert "curl http://127.17.0.1:9200/_inference/sparse_embedding/my-elser-endpoint " in curl
    assert 'Elasticsearch("http://127.17.0.1:9200").inference.sparse_embedding(' in python


def test_a_gateway_that_asks_who_sends_is_shown_a_token() -> None:
    sign_in, curl, python = describe_use("http://g", "allot-demo", SPARSE, client="allot-demo")

    token = "$(kubectl create token allot-demo -n allot-demo)"
    assert sign_in.endswith(f"export TOKEN={token}")
    assert '-H "Authorization: Bearer $TOKEN" ' in curl
    assert 'bearer_auth=os.environ["TOKEN"]).inference' in python


def test_without_one_a_port_forward_comes_first() -> None:
    forward, curl, _ = describe_use(None, "allot-demo", SPARSE)

    assert forward.endswith("kubectl port-forward -n allot-system service/allot-gateway 9200")
    assert "curl http://localhost:9200/allot-demo/_inference/" in curl


def test_port_and_namespace_are_those_of_the_manifests() -> None:
    deployment, service, _ = yaml.safe_load_all(BASE.read_text())
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    environment = {one["name"]: one.get("value") for one in container["env"]}

    assert [port["port"] for port in service["spec"]["ports"]] == [PORT]
    assert environment["ALLOT_DEFAULT_NAMESPACE"] == DEFAULT_NAMESPACE
