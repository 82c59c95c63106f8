"""Services of type LoadBalancer have an address of this machine, and their pods answer there."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import textwrap
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from allot_local.cluster import LocalCluster
from allot_local.progress import silent
from tests.conftest import Kubectl
from tests.integration.pods import Pods, a_container, a_pod, is_ready

WAIT_SECONDS = 30.0
PORT = 9200
# Says its name at once, or slowly, by path; goes unready on demand.
SERVER = textwrap.dedent(
    """
    import http.server, os, time
    ready = True
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            global ready
            if self.path == "/unready":
                ready = False
            self.send_response(200 if ready or self.path != "/readyz" else 503)
            self.end_headers()
            self.wfile.write(os.environ["NAME"].encode())
            if self.path == "/slow":
                self.wfile.flush()
                time.sleep(3)
                self.wfile.write(b" and more")
        def log_message(self, *_): pass
    http.server.ThreadingHTTPServer((os.environ["IP"], 8080), Handler).serve_forever()
    """
)


@pytest.fixture
def pods(kubectl: Kubectl, namespace: str) -> Pods:
    return Pods(kubectl, namespace)


def a_server(name: str) -> dict[str, Any]:
    """A pod that says its name."""
    env = [
        {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        {"name": "NAME", "value": name},
    ]
    container = a_container(
        SERVER,
        env=env,
        ports=[{"name": "http", "containerPort": 8080}],
        readinessProbe={"httpGet": {"path": "/readyz", "port": "http"}, "periodSeconds": 1,
                        "failureThreshold": 1},
    )  # fmt: skip
    pod = a_pod(name, container)
    pod["metadata"]["labels"] = {"app": "server"}
    return pod


def a_service(name: str, **spec: Any) -> dict[str, Any]:
    ports = [{"name": "http", "port": PORT, "targetPort": "http"}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"type": "LoadBalancer", "selector": {"app": "server"}, "ports": ports, **spec},
    }


def address_of(pods: Pods, name: str) -> str:
    """The address that a Service's status names, or nothing."""
    found = json.loads(pods.kubectl("get", "service", name, "-n", pods.namespace, "-o", "json"))
    ingress = found["status"]["loadBalancer"].get("ingress", [])
    return str(ingress[0]["ip"]) if ingress else ""


def wait(what: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + WAIT_SECONDS
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def ask(address: str, path: str = "/") -> str:
    """The answer to one request over a connection of its own."""
    return httpx.get(f"http://{address}:{PORT}{path}", trust_env=False, timeout=10).text


def is_listening(address: str) -> bool:
    """Whether connections are taken there, be it to break them off."""
    try:
        with socket.create_connection((address, PORT), timeout=5):
            return True
    except ConnectionRefusedError:
        return False
    except ConnectionResetError:
        return True


def test_a_service_has_an_address_and_its_ready_pods_answer_there_in_turn(pods: Pods) -> None:
    pods.apply(a_server("one"), a_server("two"), a_service("front"))
    pods.wait_until_ready("one")
    pods.wait_until_ready("two")
    address = wait(lambda: address_of(pods, "front"))

    answers = [ask(address) for _ in range(6)]
    slow = http.client.HTTPConnection(address, PORT, timeout=10)
    slow.request("GET", "/slow")
    answer = slow.getresponse()
    chosen = answer.read(3).decode()
    own = pods.get(chosen)["status"]["podIP"]
    httpx.get(f"http://{own}:8080/unready", trust_env=False)
    remaining = "two" if chosen == "one" else "one"
    pods.wait(chosen, lambda pod: not is_ready(pod))
    later = [ask(address) for _ in range(4)]

    assert sorted(answers) == ["one"] * 3 + ["two"] * 3
    assert later == [remaining] * 4
    assert answer.read() == b" and more"
    slow.close()


def test_a_service_without_a_ready_pod_takes_no_request(pods: Pods) -> None:
    pods.apply(a_service("empty"))
    address = wait(lambda: address_of(pods, "empty"))

    # Nothing is sent: of a request on its way a client may see the end and not the reset. It may
    # come before the connection is told to be there.
    with (
        pytest.raises(ConnectionResetError),
        socket.create_connection((address, PORT), timeout=10) as client,
    ):
        client.recv(1)


def test_a_service_that_no_longer_asks_gives_its_address_back(pods: Pods) -> None:
    pods.apply(a_service("left"), a_service("stays"))
    left = wait(lambda: address_of(pods, "left"))
    stays = wait(lambda: address_of(pods, "stays"))

    pods.apply(a_service("left", type="ClusterIP"))

    wait(lambda: not is_listening(left))
    assert address_of(pods, "left") == ""
    assert is_listening(stays)


def test_addresses_outlive_the_node_agent(
    pods: Pods, kubectl: Kubectl, local_cluster: LocalCluster
) -> None:
    pods.apply(a_service("first"), a_service("second"), a_server("one"))
    first = wait(lambda: address_of(pods, "first"))
    second = wait(lambda: address_of(pods, "second"))
    pods.wait_until_ready("one")
    node = next(one for one in local_cluster.status() if one.name == "node")
    kubectl("delete", "service", "first", "-n", pods.namespace)

    assert node.pid is not None
    os.kill(node.pid, signal.SIGKILL)
    local_cluster.up(silent)

    wait(lambda: is_listening(second))
    assert ask(second) == "one"
    assert address_of(pods, "second") == second
    assert not is_listening(first)
