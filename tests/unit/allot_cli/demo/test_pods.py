"""Which pods count as ready, and whether an address takes connections."""

from __future__ import annotations

import socket
from typing import Any

from allot_cli.demo.pods import FORWARDED, accepts
from allot_cluster.routing import is_routable


def a_pod(*, ready: str = "True", deleted: bool = False) -> dict[str, Any]:
    metadata = {"deletionTimestamp": "2026-01-01T00:00:00Z"} if deleted else {}
    return {
        "metadata": metadata,
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    }


def test_a_pod_with_a_true_ready_condition_is_ready() -> None:
    assert is_routable(a_pod())
    assert not is_routable(a_pod(ready="False"))
    assert not is_routable({"metadata": {}})


def test_a_pod_that_is_leaving_is_not_ready() -> None:
    assert not is_routable(a_pod(deleted=True))


def test_accepts_says_whether_somebody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert accepts("127.0.0.1", port)
    assert not accepts("127.0.0.1", port)


def test_the_forwarded_port_is_read_from_what_kubectl_prints() -> None:
    found = FORWARDED.search("Forwarding from 127.0.0.1:40123 -> 8080")

    assert found is not None
    assert found.group(1) == "40123"
