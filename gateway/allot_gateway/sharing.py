"""Which endpoints a deployment serves. Pure."""

from __future__ import annotations

from allot_gateway.view.state import View


def list_users(view: View, namespace: str, deployment_id: str) -> list[str]:
    """Return the ids of the endpoints that a deployment serves, its maker among them."""
    return [
        endpoint.inference_id
        for endpoint in view.list_endpoints(namespace)
        if endpoint.settings is not None
        and endpoint.settings.serving_deployment_id == deployment_id
    ]
