"""crds/ is what the models give, and keeps to Kubernetes' conventions for an API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from allot_api.crd.__main__ import render
from allot_api.crd.document import build_documents
from allot_api.documentation.__main__ import PAGES
from allot_api.rules import validate_deployment, validate_endpoint, validate_model

ROOT = Path(__file__).resolve().parents[2]
CRDS = ROOT / "crds"
KINDS = {
    path.stem: yaml.safe_load(path.read_text())
    for path in sorted(CRDS.glob("*.yaml"))
    if path.stem != "kustomization"
}
# Elasticsearch's words, which stay as they are.
ELASTICSEARCH_BOOLEANS = {"enabled", "return_documents"}
# Kubernetes' words, likewise.
KUBERNETES_BOOLEANS = {"optional", "readOnly"}
VALIDATORS = {
    "InferenceEndpoint": validate_endpoint,
    "ModelDeployment": validate_deployment,
    "TrainedModel": validate_model,
}

Node = tuple[str, dict[str, Any]]


def version_of(plural: str) -> dict[str, Any]:
    (version,) = KINDS[plural]["spec"]["versions"]
    return dict(version)


def fields_of(plural: str) -> dict[str, Any]:
    return dict(version_of(plural)["schema"]["openAPIV3Schema"]["properties"])


def walk(name: str, schema: dict[str, Any]) -> Iterator[Node]:
    """Yield every field below spec and status with its schema; items are named with []."""
    yield name, schema
    for child, below in schema.get("properties", {}).items():
        yield from walk(f"{name}.{child}", below)
    if "items" in schema:
        yield from walk(f"{name}[]", schema["items"])
    if "additionalProperties" in schema:
        yield from walk(f"{name}.{{}}", schema["additionalProperties"])


def nodes() -> list[Node]:
    return [
        node
        for plural in KINDS
        for part in ("spec", "status")
        for node in walk(f"{plural}.{part}", fields_of(plural)[part])
    ]


def offenders(*, keep: Any) -> list[str]:
    return [name for name, schema in nodes() if keep(name.rpartition(".")[2], schema)]


def test_the_checked_in_files_are_what_the_models_give() -> None:
    built = {name: render(document) for name, document in build_documents().items()}

    assert {path.name: path.read_text() for path in CRDS.glob("*.yaml")} == built


@pytest.mark.parametrize("page", PAGES)
def test_the_checked_in_pages_are_what_the_code_gives(page: str) -> None:
    assert (ROOT / "docs" / page).read_text() == PAGES[page]()


def test_every_field_is_described_beginning_with_its_name() -> None:
    def is_undescribed(field: str, schema: dict[str, Any]) -> bool:
        if field.endswith("[]") or field == "{}":
            return False
        return not schema.get("description", "").startswith((f"{field} ", f"{field}:"))

    assert offenders(keep=is_undescribed) == []


def test_every_description_is_a_sentence() -> None:
    assert offenders(keep=lambda _, it: not it.get("description", ".").endswith(".")) == []


def test_every_string_is_bounded() -> None:
    def is_endless(_: str, schema: dict[str, Any]) -> bool:
        is_text = schema.get("type") == "string" or "x-kubernetes-int-or-string" in schema
        return is_text and "maxLength" not in schema and "enum" not in schema

    assert offenders(keep=is_endless) == []


def test_every_list_is_bounded_and_says_how_it_merges() -> None:
    def is_vague(_: str, schema: dict[str, Any]) -> bool:
        return schema.get("type") == "array" and not {"maxItems", "x-kubernetes-list-type"} <= set(
            schema
        )

    assert offenders(keep=is_vague) == []


def test_every_number_is_a_bounded_integer() -> None:
    def is_endless(_: str, schema: dict[str, Any]) -> bool:
        return schema.get("type") == "integer" and not {"minimum", "maximum", "format"} <= set(
            schema
        )

    assert offenders(keep=is_endless) == []
    assert offenders(keep=lambda _, it: it.get("type") == "number") == []


def test_no_bare_boolean_but_elasticsearchs_and_kubernetes() -> None:
    known = ELASTICSEARCH_BOOLEANS | KUBERNETES_BOOLEANS

    def is_bare(field: str, schema: dict[str, Any]) -> bool:
        return schema.get("type") == "boolean" and field not in known

    assert offenders(keep=is_bare) == []


def test_no_phase_and_no_free_duration() -> None:
    assert offenders(keep=lambda field, _: field == "phase") == []
    assert offenders(keep=lambda _, it: it.get("format") == "duration") == []


def test_no_field_takes_what_it_does_not_declare() -> None:
    def is_open(_: str, schema: dict[str, Any]) -> bool:
        return "x-kubernetes-preserve-unknown-fields" in schema

    assert offenders(keep=is_open) == []


def test_every_map_is_bounded_and_says_what_it_holds() -> None:
    def is_endless(_: str, schema: dict[str, Any]) -> bool:
        values = schema.get("additionalProperties", {})
        return "additionalProperties" in schema and not (
            "maxProperties" in schema and isinstance(values, dict) and "maxLength" in values
        )

    assert offenders(keep=is_endless) == []


@pytest.mark.parametrize("plural", KINDS)
def test_status_is_a_subresource_with_conditions_first(plural: str) -> None:
    status = fields_of(plural)["status"]

    assert version_of(plural)["subresources"]["status"] == {}
    assert list(status["properties"])[:2] == ["conditions", "observedGeneration"]
    assert status["properties"]["conditions"]["x-kubernetes-list-map-keys"] == ["type"]
    # kstatus takes what has no status at all for settled.
    assert status["default"] == {"observedGeneration": -1}


@pytest.mark.parametrize("plural", KINDS)
def test_every_rule_names_its_field_and_speaks(plural: str) -> None:
    schema = version_of(plural)["schema"]["openAPIV3Schema"]
    rules = [
        rule
        for node in (schema, schema["properties"]["spec"])
        for rule in node["x-kubernetes-validations"]
    ]

    assert rules
    for rule in rules:
        assert {"rule", "fieldPath", "reason"} <= set(rule)
        assert ("message" in rule) != ("messageExpression" in rule)
        assert "write " in str(rule) or "set " in str(rule)


@pytest.mark.parametrize("plural", KINDS)
def test_the_age_stands_before_the_wide_columns(plural: str) -> None:
    columns = version_of(plural)["additionalPrinterColumns"]
    narrow = [column["name"] for column in columns if not column.get("priority")]

    assert narrow[-1] == "Age"
    assert [column["name"] for column in columns[: len(narrow)]] == narrow
    assert all(column["description"].endswith(".") for column in columns)


def test_the_endpoints_columns() -> None:
    columns = version_of("inferenceendpoints")["additionalPrinterColumns"]
    narrow = [column["name"] for column in columns if not column.get("priority")]
    wide = [column["name"] for column in columns if column.get("priority")]

    assert narrow == ["Task", "Model", "Ready", "Reason", "Allocations", "Target", "Age"]
    assert wide == ["Threads", "Min", "Max", "Model State", "URL"]


def test_only_deployments_scale() -> None:
    scaling = {plural for plural in KINDS if "scale" in version_of(plural)["subresources"]}

    assert scaling == {"modeldeployments"}


def manifests() -> list[Path]:
    folders = ("examples", "samples", "models/default", "models/offline", "overlays/preconfigured")
    return [
        path
        for folder in folders
        for path in sorted((ROOT / "manifests" / folder).glob("*.yaml"))
        if path.name != "kustomization.yaml"
    ]


@pytest.mark.parametrize("path", manifests(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_manifest_is_explained_and_obeys_the_rules(path: Path) -> None:
    text = path.read_text()
    document = yaml.safe_load(text)

    name = document["metadata"]["name"]
    assert text.startswith("# ")
    assert "namespace" not in document["metadata"]
    assert VALIDATORS[document["kind"]](document["spec"], name=name) == []


@pytest.mark.parametrize("catalogue", ["default", "offline"])
def test_every_catalogue_lists_its_models(catalogue: str) -> None:
    folder = ROOT / "manifests" / "models" / catalogue
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())

    assert kustomization["namespace"] == "allot-system"
    assert {*kustomization["resources"], "kustomization.yaml"} == {
        path.name for path in folder.iterdir()
    }
