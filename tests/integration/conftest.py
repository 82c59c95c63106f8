"""Fixtures of the tests that run against the real control plane."""

from __future__ import annotations

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
    kubectl("apply", "-k", "manifests/base")
    kubectl("apply", "-k", "manifests/models/offline")
    kubectl(
        "rollout", "status", "deployment/allot-operator", "-n", "allot-system", "--timeout=180s",
        timeout=200,
    )  # fmt: skip
