"""What manifests/base installs fits together, and may do what it needs and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from allot_gateway.settings import Settings as GatewaySettings
from allot_gateway.view.state import WATCHED
from allot_operator.settings import Settings as OperatorSettings

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "manifests" / "base"
NAMESPACE = "allot-system"
PROGRAMS = {"operator": OperatorSettings, "gateway": GatewaySettings}


def objects() -> list[dict[str, Any]]:
    kustomization = yaml.safe_load((BASE / "kustomization.yaml").read_text())
    paths = [BASE / name for name in kustomization["resources"] if name.endswith(".yaml")]
    return [one for path in paths for one in yaml.safe_load_all(path.read_text()) if one]


def find(kind: str, name: str) -> dict[str, Any]:
    (found,) = [one for one in objects() if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return found


def rules_of(name: str) -> set[tuple[str, str, str]]:
    """What a ClusterRole grants, as (group, resource, verb)."""
    return {
        (group, resource, verb)
        for rule in find("ClusterRole", name)["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def pod_of(program: str) -> dict[str, Any]:
    spec: dict[str, Any] = find("Deployment", f"allot-{program}")["spec"]["template"]["spec"]
    return spec


def test_every_file_is_installed() -> None:
    kustomization = yaml.safe_load((BASE / "kustomization.yaml").read_text())
    named = {name for name in kustomization["resources"] if name.endswith(".yaml")}

    assert named | {"kustomization.yaml"} == {path.name for path in BASE.iterdir()}


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_variable_is_a_setting(program: str) -> None:
    (container,) = pod_of(program)["containers"]
    names = {one["name"] for one in container["env"]} - {"POD_NAME"}

    assert names <= {f"ALLOT_{field.upper()}" for field in PROGRAMS[program].model_fields}


@pytest.mark.parametrize("program", PROGRAMS)
def test_its_role_is_bound_to_its_own_account(program: str) -> None:
    name = f"allot-{program}"
    binding = find("ClusterRoleBinding", name)

    assert binding["roleRef"]["name"] == find("ClusterRole", name)["metadata"]["name"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE}]
    assert find("ServiceAccount", name)["metadata"]["namespace"] == NAMESPACE
    assert pod_of(program)["serviceAccountName"] == name


@pytest.mark.parametrize("program", PROGRAMS)
def test_nobody_may_everything(program: str) -> None:
    assert not any("*" in words for words in rules_of(f"allot-{program}"))


def test_the_gateway_may_watch_what_it_watches() -> None:
    watched = {
        (resource.group, resource.plural, verb)
        for resource in WATCHED
        for verb in ("list", "watch")
    }

    assert watched <= rules_of("allot-gateway")


def test_the_gateway_writes_endpoints_and_deployments_and_starts_the_first_allocation() -> None:
    ours = "inference.allot.dev"
    read = {"get", "list", "watch"}
    written = {rule for rule in rules_of("allot-gateway") if rule[2] not in read}

    assert written == {
        *(
            (ours, kind, verb)
            for kind in ("inferenceendpoints", "modeldeployments")
            for verb in ("create", "update", "patch", "delete")
        ),
        (ours, "modeldeployments/scale", "update"),
        ("apps", "deployments/scale", "update"),
        ("coordination.k8s.io", "leases", "create"),
        ("coordination.k8s.io", "leases", "update"),
        ("coordination.k8s.io", "leases", "delete"),
    }


def test_the_gateway_obeys_what_operator_and_namespace_obey() -> None:
    gateway, operator = pod_of("gateway"), pod_of("operator")

    assert gateway["securityContext"] == operator["securityContext"]
    assert (
        gateway["containers"][0]["securityContext"] == operator["containers"][0]["securityContext"]
    )


def test_a_rollout_or_a_drain_takes_one_gateway_at_most() -> None:
    deployment = find("Deployment", "allot-gateway")["spec"]
    budget = find("PodDisruptionBudget", "allot-gateway")["spec"]

    assert deployment["replicas"] == 2
    assert deployment["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert (budget["maxUnavailable"], budget["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")


def test_everything_before_the_gateway_selects_its_pods() -> None:
    template = find("Deployment", "allot-gateway")["spec"]["template"]
    labels = template["metadata"]["labels"].items()
    selectors = [
        find("Deployment", "allot-gateway")["spec"]["selector"]["matchLabels"],
        find("PodDisruptionBudget", "allot-gateway")["spec"]["selector"]["matchLabels"],
        find("Service", "allot-gateway")["spec"]["selector"],
        *(
            one["labelSelector"]["matchLabels"]
            for one in template["spec"]["topologySpreadConstraints"]
        ),
    ]

    assert all(selector.items() <= labels for selector in selectors)
    assert len(selectors) == 5
