"""The gateway's address, as this machine reaches it, and where endpoints answer there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allot_api.names import GATEWAY_SERVICE, OPERATOR_NAMESPACE
from allot_cli.demo.inference import Question
from allot_cli.demo.pods import accepts, find_ready_pod, reach
from allot_cli.kubectl import Kubectl

# As manifests/base sets them: the port, and the namespace whose endpoints need no prefix.
DEFAULT_NAMESPACE = "default"
PORT = 9200


def outside_place(service: dict[str, Any]) -> tuple[str, int] | None:
    """Return host and port of the Service's load balancer, or None if it has none."""
    ingress = service.get("status", {}).get("loadBalancer", {}).get("ingress", [])
    host = (ingress[0].get("ip") or ingress[0].get("hostname")) if ingress else None
    return (host, service["spec"]["ports"][0]["port"]) if host else None


def read_service(kubectl: Kubectl) -> dict[str, Any]:
    """Return the gateway's Service."""
    return kubectl.get("service", GATEWAY_SERVICE, "--namespace", OPERATOR_NAMESPACE)


def find_outside(kubectl: Kubectl) -> str | None:
    """Return the base URL of the gateway's load balancer, if it has one that answers here."""
    place = outside_place(read_service(kubectl))
    return f"http://{place[0]}:{place[1]}" if place is not None and accepts(*place) else None


@contextmanager
def reach_gateway(kubectl: Kubectl) -> Iterator[str]:
    """Yield a base URL of the gateway: its load balancer's, else one of its pods is reached."""
    if outside := find_outside(kubectl):
        yield outside
        return
    pod = find_ready_pod(kubectl, OPERATOR_NAMESPACE, read_service(kubectl)["spec"]["selector"])
    with reach(kubectl, pod) as base_url:
        yield base_url


def namespace_url(base_url: str, namespace: str) -> str:
    """Return the base URL of a namespace's endpoints."""
    return base_url if namespace == DEFAULT_NAMESPACE else f"{base_url}/{namespace}"


def describe_use(
    outside: str | None, namespace: str, question: Question, *, client: str | None = None
) -> list[str]:
    """Return command lines and code that ask an endpoint through the gateway.

    `outside` is the base URL of its load balancer; without one they begin with a port-forward.
    `client` is the ServiceAccount by which they sign in, where the gateway asks who sends requests.
    """
    base_url = namespace_url(outside or f"http://localhost:{PORT}", namespace)
    forward = f"kubectl port-forward -n {OPERATOR_NAMESPACE} service/{GATEWAY_SERVICE} {PORT}"
    sign_in = f"export TOKEN=$(kubectl create token {client} -n {namespace})"
    header = '-H "Authorization: Bearer $TOKEN" ' if client else ""
    bearer = ', bearer_auth=os.environ["TOKEN"]' if client else ""
    return [
        *([] if outside else [f"  open a way      {forward}"]),
        *([f"  sign in         {sign_in}"] if client else []),
        f"  ask with curl   curl {base_url}/_inference/{question.task_type}/{question.endpoint} "
        f"{header}-H 'content-type: application/json' -d '{{\"input\": \"hello\"}}'",
        f'  ask in Python   elasticsearch.Elasticsearch("{base_url}"{bearer}).inference.'
        f'{question.task_type}(inference_id="{question.endpoint}", input="hello")',
    ]
