"""Find a ready pod, and a way to reach it from this machine."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allot_cli.errors import PodUnreachable
from allot_cli.kubectl import Kubectl
from allot_cluster.routing import is_routable

FORWARDED = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+)")


def find_ready_pod(kubectl: Kubectl, namespace: str, labels: dict[str, str]) -> dict[str, Any]:
    """Return one ready pod that carries the labels.

    Raises PodUnreachable when there is none.
    """
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    pods = kubectl.get("pods", "--namespace", namespace, "--selector", selector)["items"]
    for pod in pods:
        if is_routable(pod):
            found: dict[str, Any] = pod
            return found
    raise PodUnreachable(
        f"no pod is ready: look at kubectl get pods --namespace {namespace} -l {selector}"
    )


@contextmanager
def reach(kubectl: Kubectl, pod: dict[str, Any]) -> Iterator[str]:
    """Yield a base URL for the pod's port `http`, by its own address or a port-forward."""
    port = pod["spec"]["containers"][0]["ports"][0]["containerPort"]
    address = pod["status"]["podIP"]
    if address.startswith("127.") and accepts(address, port):
        yield f"http://{address}:{port}"
        return
    with forward(kubectl, pod, port) as local_port:
        yield f"http://127.0.0.1:{local_port}"


def accepts(address: str, port: int) -> bool:
    """Say whether something at the address takes a connection within a second."""
    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except OSError:
        return False


@contextmanager
def forward(kubectl: Kubectl, pod: dict[str, Any], port: int) -> Iterator[int]:
    """Run `kubectl port-forward` for as long as the block runs; yield the local port."""
    metadata = pod["metadata"]
    command = kubectl.command(
        "port-forward", "--namespace", metadata["namespace"], f"pod/{metadata['name']}", f":{port}"
    )
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        try:
            assert run.stdout is not None
            found = FORWARDED.search(run.stdout.readline())
            if found is None:
                assert run.stderr is not None
                raise PodUnreachable(f"kubectl port-forward: {run.stderr.read().strip()}")
            yield int(found.group(1))
        finally:
            run.terminate()
