"""What kubectl apply says about what users write, on a real API server."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from allot_api.inference_endpoint import ServiceSettings
from allot_api.rules import validate_endpoint
from tests.cases.validation import CASES, NAME, Case, Spec
from tests.conftest import Kubectl

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "manifests" / "examples").glob("*.yaml"))
# The start of one complaint in the API server's answer.
COMPLAINT = re.compile(
    r"(spec[\w.\[\]]*): "
    r"(?:(?:Invalid|Required|Unsupported|Duplicate) value|Forbidden|Too long|Too many)"
)

# Nothing is deployed for it, also where an operator watches.
NO_MODEL = "no-such-model"

pytestmark = pytest.mark.usefixtures("crds")


def manifest(kind: str, name: str, spec: Spec) -> Spec:
    return {
        "apiVersion": "inference.allot.dev/v1alpha1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }


def apply(kubectl: Kubectl, manifests: Spec | list[Spec], *arguments: str) -> str:
    """Apply the manifests; returns what was said, whether they were taken or not."""
    several = manifests if isinstance(manifests, list) else [manifests]
    text = yaml.safe_dump_all(several, allow_unicode=True)
    try:
        return kubectl("apply", *arguments, "-f", "-", input=text)
    except AssertionError as refusal:
        return str(refusal)


def complaints(answer: str) -> list[str]:
    """Return the fields that an answer complains about."""
    unknown = re.findall(r'unknown field "([^"]+)"', answer)
    return sorted([*COMPLAINT.findall(answer), *unknown])


@pytest.fixture
def stored(case: Case, kubectl: Kubectl) -> Iterator[None]:
    """Store what the case replaces, if it replaces something."""
    if case.old is None:
        yield
        return
    assert "created" in apply(kubectl, manifest(case.kind, NAME, case.old))
    yield
    kubectl("delete", case.kind, NAME)


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_api_server_says_what_the_rules_say(case: Case, kubectl: Kubectl) -> None:
    answer = apply(kubectl, manifest(case.kind, NAME, case.spec), "--dry-run=server")

    # A value outside the schema's bounds may break a rule about the same field too.
    assert set(complaints(answer)) == {violation.field for violation in case.violations}
    assert [it.message for it in case.violations if it.message not in answer] == []
    assert ("(server dry run)" in answer) == (not case.violations)


def combinations() -> dict[str, Spec]:
    """Return an endpoint for every combination of the settings that depend on one another."""
    services = ("elasticsearch", "elser")
    threads = (None, 1, 3)
    numbers = (None, 2)
    bounds = (
        None,
        {"enabled": False, "min_number_of_allocations": 0},
        {"enabled": True},
        {"enabled": True, "min_number_of_allocations": 0, "max_number_of_allocations": 3},
        {"enabled": True, "min_number_of_allocations": 4, "max_number_of_allocations": 3},
    )
    models = (None, "e5")
    deployments = (None, "shared")
    names = ("num_threads", "num_allocations", "adaptive_allocations", "model_id", "deployment_id")
    specs: dict[str, Spec] = {}
    product = itertools.product(services, threads, numbers, bounds, models, deployments)
    for index, (service, *chosen) in enumerate(product):
        settings = {name: value for name, value in zip(names, chosen, strict=True) if value}
        specs[f"combination-{index}"] = {
            "task_type": "sparse_embedding",
            "service": service,
            "service_settings": settings,
        }
    return specs


def test_both_give_the_same_verdict_on_every_combination(kubectl: Kubectl) -> None:
    specs = combinations()
    manifests = [manifest("InferenceEndpoint", name, spec) for name, spec in specs.items()]

    answer = apply(kubectl, manifests, "--dry-run=server")

    refused = {
        found.group(1): complaints(line)
        for line in answer.splitlines()
        if (found := re.search(r'"(combination-\d+)" is invalid', line))
    }
    assert {name: refused.get(name, []) for name in specs} == {
        name: sorted(violation.field for violation in validate_endpoint(spec, name=name))
        for name, spec in specs.items()
    }


def test_every_example_is_taken(kubectl: Kubectl) -> None:
    folder = str(ROOT / "manifests" / "examples")

    answer = kubectl("apply", "--dry-run=server", "-f", folder)

    assert len(answer.splitlines()) == len(EXAMPLES)


@pytest.mark.parametrize("catalogue", ["default", "offline"])
def test_every_catalogue_of_models_is_taken(catalogue: str, kubectl: Kubectl) -> None:
    folder = ROOT / "manifests" / "models" / catalogue
    namespace = yaml.safe_dump(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "allot-system"}}
    )
    kubectl("apply", "--server-side", "-f", "-", input=namespace)

    answer = kubectl("apply", "--server-side", "--dry-run=server", "-k", str(folder))

    assert len(answer.splitlines()) == len(list(folder.glob("*.yaml"))) - 1


def test_a_client_that_is_not_strict_has_unknown_fields_dropped(kubectl: Kubectl) -> None:
    spec = {
        "task_type": "rerank",
        "service": "elasticsearch",
        "service_settings": {"deployment_id": "shared", "dimensions": 384},
    }
    lenient = ("--validate=ignore", "--dry-run=server", "-o", "yaml")

    taken = apply(kubectl, manifest("InferenceEndpoint", "lenient", spec), *lenient)

    assert yaml.safe_load(taken)["spec"]["service_settings"] == {"deployment_id": "shared"}


def test_explain_says_what_each_setting_means(kubectl: Kubectl) -> None:
    settings = kubectl("explain", "ie.spec.service_settings")
    service = kubectl("explain", "ie.spec.service")

    for name in ServiceSettings.model_fields:
        line = rf"^\s+{name}\s+<\w+>$\n(?:\s+enum: .+\n)?\s+{name}\b"
        assert re.search(line, settings, re.MULTILINE)
    assert re.search(r"ENUM:\s+elasticsearch\s+elser\b", service)


def test_kubectl_scale_obeys_the_policy(kubectl: Kubectl, namespace: str) -> None:
    external: Spec = {"model_id": NO_MODEL, "scaling": {"policy": "external"}}
    manifests = [
        manifest("ModelDeployment", "by-others", external),
        manifest("ModelDeployment", "by-allot", {"model_id": NO_MODEL}),
    ]
    apply(kubectl, manifests, "-n", namespace)

    kubectl("scale", "mdep", "by-others", "--replicas=3", "-n", namespace)
    with pytest.raises(AssertionError, match=re.escape("set scaling.policy: external")):
        kubectl("scale", "mdep", "by-allot", "--replicas=3", "-n", namespace)

    replicas = "jsonpath={.spec.replicas}"
    assert kubectl("get", "mdep", "by-others", "-n", namespace, "-o", replicas) == "3"


def test_nothing_that_the_api_server_fills_in_is_a_difference(
    kubectl: Kubectl, namespace: str
) -> None:
    settings: Spec = {"model_id": NO_MODEL, "num_threads": 1, "adaptive_allocations": {}}
    endpoint = {"task_type": "rerank", "service": "elasticsearch"}
    manifests = [
        manifest("ModelDeployment", "plain", {"model_id": NO_MODEL}),
        manifest(
            "InferenceEndpoint",
            "plain",
            {**endpoint, "service_settings": {**settings, "num_allocations": 1}},
        ),
    ]
    text = yaml.safe_dump_all(manifests)
    kubectl("apply", "-n", namespace, "-f", "-", input=text)

    assert kubectl("diff", "-n", namespace, "-f", "-", input=text) == ""
    assert kubectl("diff", "-k", str(ROOT / "crds")) == ""
