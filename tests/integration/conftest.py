"""Fixtures of the tests that run against the real control plane."""

from __future__ import annotations

import json
import time

import pytest

from tests.conftest import Kubectl

KINDS = ("inferenceendpoints", "modeldeployments", "trainedmodels")


@pytest.fixture(scope="session")
def crds(kubectl: Kubectl) -> None:
    """Install the three kinds."""
    kubectl("apply", "-k", "crds")
    names = [f"crd/{plural}.inference.allot.dev" for plural in KINDS]
    kubectl("wait", "--for=condition=Established", "--timeout=60s", *names)


@pytest.fixture(scope="session")
def allot(kubectl: Kubectl, crds: None) -> None:
    """Install Allot as the README says, with the models whose weights are packaged."""
    kubectl("apply", "-k", "manifests/overlays/local")
    kubectl("apply", "-k", "manifests/models/offline")
    kubectl(
        "rollout", "status", "deployment/allot-operator", "-n", "allot-system", "--timeout=180s",
        timeout=200,
    )  # fmt: skip


@pytest.fixture(scope="session")
def gateway(kubectl: Kubectl, allot: None) -> str:
    """Return the URL of the gateway's Service, once both of its replicas are there."""
    kubectl(
        "rollout", "status", "deployment/allot-gateway", "-n", "allot-system", "--timeout=120s",
        timeout=150,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while True:
        found = json.loads(
            kubectl("get", "svc", "allot-gateway", "-n", "allot-system", "-o", "json")
        )
        if ingress := found["status"]["loadBalancer"].get("ingress"):
            return f"http://{ingress[0]['ip']}:9200"
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
