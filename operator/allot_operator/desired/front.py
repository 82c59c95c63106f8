"""What stands before the model pods: the gateway, as clients name it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote

from allot_api.terms import TaskType
from allot_cluster.interface import Manifest

HTTPS = "https"


@dataclass(frozen=True, slots=True)
class Front:
    """A gateway's base URL, and the namespace whose endpoints need no prefix there."""

    url: str
    default_namespace: str

    def base_for(self, namespace: str) -> str:
        """Return the base URL of a namespace's endpoints."""
        return self.url if namespace == self.default_namespace else f"{self.url}/{namespace}"


class NoFront(Enum):
    """No gateway is there, or it is not known whether one is."""

    ABSENT = "absent"
    UNKNOWN = "unknown"


def build_front(service: Manifest | None, default_namespace: str) -> Front | NoFront:
    """Return the gateway behind a Service: by its load balancer if it has one, else by its name.

    A port named https is spoken to by TLS.
    """
    if service is None:
        return NoFront.ABSENT
    metadata, port = service["metadata"], service["spec"]["ports"][0]
    ingress = service.get("status", {}).get("loadBalancer", {}).get("ingress", [])
    outside = (ingress[0].get("ip") or ingress[0].get("hostname")) if ingress else None
    host = outside or f"{metadata['name']}.{metadata['namespace']}.svc"
    scheme = HTTPS if port.get("name") == HTTPS else "http"
    return Front(
        f"{scheme}://{f'[{host}]' if ':' in host else host}:{port['port']}", default_namespace
    )


def build_endpoint_url(base_url: str, task_type: TaskType, inference_id: str) -> str:
    """Return the URL at which an endpoint's requests are answered."""
    return f"{base_url}/_inference/{task_type}/{quote(inference_id, safe='')}"
