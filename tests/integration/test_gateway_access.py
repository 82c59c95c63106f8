"""A gateway as a process before a real API server: who may is asked, and told as clients expect."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from allot_api.api_keys import ApiKey, build_api_key_secret, encode_credentials
from allot_api.key_hashes import hash_key
from allot_cluster.connection import connect
from allot_cluster.resources import SECRETS
from allot_local.cluster import LocalCluster
from tests.conftest import Kubectl

pytestmark = pytest.mark.usefixtures("crds")
WAIT_SECONDS = 30.0


class Gateway:
    """The process, and clients of it that show a header."""

    def __init__(self, url: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.url, self.process, self.log = url, process, log

    def call(self, method: str, path: str, header: str | None = None) -> httpx.Response:
        shown = {"Authorization": header} if header else {}
        return httpx.request(
            method, f"{self.url}{path}", headers=shown, trust_env=False, timeout=10
        )

    def audit(self) -> list[dict[str, object]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        told = [line["message"] for line in lines if line.get("logger") == "allot_gateway.audit"]
        return [json.loads(text) for text in told]


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not what():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture
def gateway(local_cluster: LocalCluster, namespace: str, tmp_path: Path) -> Iterator[Gateway]:
    port, log = free_port(), tmp_path / "gateway.log"
    settings = {
        "KUBECONFIG": str(local_cluster.kubeconfig),
        "ALLOT_ACCESS": "rbac",
        "ALLOT_PORT": str(port),
        "ALLOT_DEFAULT_NAMESPACE": namespace,
        "ALLOT_NAMESPACE": namespace,
        "ALLOT_SHARED_NAMESPACE": namespace,
        "ALLOT_LOG_FORMAT": "json",
        "ALLOT_DRAIN_SECONDS": "0",
    }
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "allot_gateway"],
            env={**os.environ, **settings},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    started = Gateway(f"http://127.0.0.1:{port}", process, log)
    try:
        until(lambda: _answers(started))
        yield started
    finally:
        process.terminate()
        process.wait(30)


def _answers(gateway: Gateway) -> bool:
    assert gateway.process.poll() is None, gateway.log.read_text()
    try:
        return gateway.call("GET", "/readyz").status_code == 200
    except httpx.TransportError:
        return False


def write_key(cluster: LocalCluster, namespace: str) -> tuple[str, str]:
    """Make a key of the group `editors`; return its Secret's name and the header that shows it."""
    key = ApiKey("app", hash_key(b"secret"), "app", ("editors",))
    secret = build_api_key_secret(key, namespace)

    async def create() -> None:
        async with await connect(kubeconfig=str(cluster.kubeconfig)) as live:
            await live.create(SECRETS, secret)

    asyncio.run(create())
    return secret["metadata"]["name"], f"ApiKey {encode_credentials('app', 'secret')}"


def test_a_key_counts_as_long_as_it_is_there_and_for_what_rbac_allows(
    gateway: Gateway, kubectl: Kubectl, local_cluster: LocalCluster, namespace: str
) -> None:
    secret, shown = write_key(local_cluster, namespace)
    here = ("-n", namespace)

    nobody = gateway.call("GET", "/_inference/_all")
    assert nobody.status_code == 401
    assert nobody.json()["error"]["type"] == "security_exception"
    assert len(nobody.headers.get_list("www-authenticate")) == 3
    assert gateway.call("GET", "/livez").status_code == 200

    until(lambda: gateway.call("GET", "/", shown).status_code == 200)
    for header in (shown, shown.replace("ApiKey", "Bearer"), shown.replace("ApiKey", "Basic")):
        assert gateway.call("GET", "/_inference/_all", header).status_code == 403
    assert gateway.call("DELETE", "/_inference/nothing", shown).status_code == 403

    kubectl("apply", "-f", "manifests/base/user-roles.yaml")
    kubectl(
        "create", "rolebinding", "editors", "--clusterrole=allot-inference-editor",
        "--group=editors", *here,
    )  # fmt: skip
    until(lambda: gateway.call("GET", "/_inference/_all", shown).status_code == 200)
    until(lambda: gateway.call("DELETE", "/_inference/nothing", shown).status_code == 404)

    kubectl("delete", "secret", secret, *here)
    until(lambda: gateway.call("GET", "/_inference/_all", shown).status_code == 401)

    outcomes = [(line["verb"], line["name"], line["outcome"]) for line in gateway.audit()]
    assert outcomes[0] == ("delete", "nothing", "denied")
    assert outcomes[-1] == ("delete", "nothing", "refused")
    assert "secret" not in str(gateway.audit())


def test_a_service_accounts_token_is_a_way_in(
    gateway: Gateway, kubectl: Kubectl, namespace: str
) -> None:
    here = ("-n", namespace)
    kubectl("create", "serviceaccount", "client", *here)
    token = kubectl("create", "token", "client", *here).strip()
    shown = f"Bearer {token}"

    assert gateway.call("GET", "/", shown).status_code == 200
    assert gateway.call("GET", "/_inference/_all", shown).status_code == 403
    kubectl("apply", "-f", "manifests/base/user-roles.yaml")
    kubectl(
        "create", "rolebinding", "client", "--clusterrole=allot-inference-user",
        f"--serviceaccount={namespace}:client", *here,
    )  # fmt: skip
    until(lambda: gateway.call("GET", "/_inference/_all", shown).status_code == 200)

    assert gateway.call("DELETE", "/_inference/nothing", shown).status_code == 403
    assert gateway.call("GET", "/", f"{shown}x").status_code == 401


def test_a_gateway_that_others_reach_does_not_start_without_a_word(
    local_cluster: LocalCluster,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "allot_gateway", "--host", "0.0.0.0", "--port", "0"],
        env={**os.environ, "KUBECONFIG": str(local_cluster.kubeconfig)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert "ALLOT_ACCESS=rbac" in done.stderr + done.stdout
