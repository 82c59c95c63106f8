"""docs/access.md and the manifests of access say what the code does."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import yaml

from allot_api.api_keys import API_KEY_TYPE, parse_api_key
from allot_api.names import (
    GROUP,
    MODEL_NAME,
    NAME_LABEL,
    OPERATOR_NAMESPACE,
    POD_TOKEN_SECRET,
    model_labels,
)
from allot_gateway.access.actions import DEPLOYMENTS, ENDPOINTS, Verb
from allot_gateway.access.answers import Terms
from allot_gateway.access.authentication import TOKEN_TERMS
from allot_gateway.access.connections import ConnectionBounds
from allot_gateway.access.passwords import PASSWORD_TERMS
from allot_gateway.access.permission import ACCESS_TERMS
from allot_protocol.limits import BODY_BYTES, INPUT_CHARACTERS, INPUTS
from allot_protocol.reading import BODY_SECONDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "access.md").read_text()
BASE = ROOT / "manifests" / "base"


def documents(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    found = [one for one in yaml.safe_load_all(path.read_text()) if one]
    return {(one["kind"], one["metadata"]["name"]): one for one in found}


def secret_rules(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [rule for rule in rules if "secrets" in rule["resources"]]


def blocks() -> list[dict[str, Any]]:
    texts = PAGE.split("```yaml\n")[1:]
    return [one for text in texts for one in yaml.safe_load_all(text.partition("```")[0]) if one]


def test_the_pages_secret_is_a_key_but_for_its_hash() -> None:
    (secret,) = [block for block in blocks() if block.get("kind") == "Secret"]
    data = {**secret["stringData"], "hash": f"sha256:{'0' * 64}"}
    encoded = {name: base64.b64encode(text.encode()).decode() for name, text in data.items()}
    key = parse_api_key({"data": encoded})

    assert secret["type"] == API_KEY_TYPE
    assert (key.user, key.groups) == ("search", ("searchers",))
    assert key.limit is not None
    assert key.expires_at is not None


def test_the_pages_bindings_name_roles_that_ship() -> None:
    shipped = documents(BASE / "user-roles.yaml")
    bindings = [block for block in blocks() if block.get("kind") == "RoleBinding"]

    assert bindings
    for binding in bindings:
        assert ("ClusterRole", binding["roleRef"]["name"]) in shipped


def test_every_verb_is_explained_and_an_editor_has_them_all() -> None:
    roles = documents(BASE / "user-roles.yaml")
    rules = roles["ClusterRole", "allot-inference-editor"]["rules"]
    (endpoints,) = [rule for rule in rules if ENDPOINTS in rule["resources"]]
    (user,) = roles["ClusterRole", "allot-inference-user"]["rules"]

    assert set(Verb) <= set(endpoints["verbs"])
    assert any(DEPLOYMENTS in rule["resources"] for rule in rules)
    assert (user["apiGroups"], user["verbs"]) == ([GROUP], ["infer", "get", "list"])
    for verb in Verb:
        assert f"`{verb}`" in PAGE


def test_operator_and_gateway_read_the_pods_token_and_no_other_secret_elsewhere() -> None:
    gateway, operator = (
        documents(BASE / "gateway-access.yaml")["ClusterRole", "allot-gateway-access"],
        documents(BASE / "cluster-role.yaml")["ClusterRole", "allot-operator"],
    )
    for role in (gateway, operator):
        (rule,) = secret_rules(role["rules"])
        assert (rule["resourceNames"], rule["verbs"]) == ([POD_TOKEN_SECRET], ["get"])
    keys = documents(BASE / "gateway-access.yaml")["Role", "allot-gateway-keys"]
    assert keys["metadata"]["namespace"] == OPERATOR_NAMESPACE


def test_network_policies_select_the_pods_that_they_are_for() -> None:
    policy = documents(ROOT / "manifests" / "model-pods" / "network-policy.yaml")
    (model,) = policy.values()
    selected = model["spec"]["podSelector"]["matchLabels"]

    assert selected.items() <= model_labels("any").items()
    assert selected == {NAME_LABEL: MODEL_NAME}
    assert {port["port"] for rule in model["spec"]["ingress"] for port in rule["ports"]} == {8080}
    operator = documents(BASE / "operator.yaml")["Deployment", "allot-operator"]
    base = documents(BASE / "network-policy.yaml")["NetworkPolicy", "allot-operator"]
    labels = operator["spec"]["template"]["metadata"]["labels"]
    assert base["spec"]["podSelector"]["matchLabels"].items() <= labels.items()


def test_the_pages_figures_are_the_codes() -> None:
    bounds = ConnectionBounds()

    assert f"{bounds.header_bytes // 1024} KiB" in PAGE
    assert f"| {bounds.header_seconds:g} s |" in PAGE
    assert f"| {BODY_SECONDS} s, then {bounds.body_seconds:g} s |" in PAGE
    assert f"| {bounds.write_seconds:g} s without progress |" in PAGE
    assert f"| {bounds.connections:,} |" in PAGE
    assert f"| {BODY_BYTES // 2**20} MiB |" in PAGE
    assert f"| {INPUTS:,}; {INPUT_CHARACTERS:,} |" in PAGE
    assert f"| {PASSWORD_TERMS.most_asked}, one at a time |" in PAGE
    assert f"| {ACCESS_TERMS.most_asked} of each kind |" in PAGE
    assert f"| a role is given | {ACCESS_TERMS.bad_seconds:g} s at most |" in PAGE
    assert f"| a role is taken away | {ACCESS_TERMS.good_seconds:g} s at most |" in PAGE
    assert f"| a token is revoked | {TOKEN_TERMS.good_seconds:g} s at most |" in PAGE
    assert Terms(0, 0).stale_seconds == TOKEN_TERMS.stale_seconds == ACCESS_TERMS.stale_seconds
    assert TOKEN_TERMS.stale_seconds == 600
