"""The manifests and the guide for GitOps name what exists.

The kinds of Flux, Argo CD and KEDA are not at hand: of these only names and references are tested.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from allot_api.crd.document import build_documents
from allot_api.rules import validate_deployment

ROOT = Path(__file__).resolve().parents[2]
GITOPS = ROOT / "manifests" / "gitops"
GUIDE = (ROOT / "docs" / "gitops.md").read_text()


def documents(path: Path) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def examples() -> set[tuple[str, str, str]]:
    found = [documents(path)[0] for path in (ROOT / "manifests" / "examples").glob("*.yaml")]
    return {(one["apiVersion"], one["kind"], one["metadata"]["name"]) for one in found}


def test_every_manifest_is_explained_and_whole() -> None:
    paths = sorted(GITOPS.rglob("*.yaml"))

    assert len(paths) == 6
    for path in paths:
        assert path.read_text().startswith("# ")
        for document in documents(path):
            assert {"apiVersion", "kind", "metadata"} <= document.keys()


def test_flux_checks_objects_that_the_examples_hold() -> None:
    repository, operator, endpoints = documents(GITOPS / "flux" / "allot.yaml")
    checks = endpoints["spec"]["healthChecks"]
    named = {(check["apiVersion"], check["kind"], check["name"]) for check in checks}

    assert named <= examples()
    assert {check["namespace"] for check in checks} == {endpoints["spec"]["targetNamespace"]}
    assert endpoints["spec"]["dependsOn"] == [{"name": operator["metadata"]["name"]}]
    for one in (operator, endpoints):
        reference = one["spec"]["sourceRef"]
        assert (ROOT / one["spec"]["path"]).is_dir()
        assert reference == {"kind": repository["kind"], "name": repository["metadata"]["name"]}


def test_argo_cd_syncs_a_folder_that_exists() -> None:
    (application,) = documents(GITOPS / "argo-cd" / "application.yaml")

    assert (ROOT / application["spec"]["source"]["path"]).is_dir()


def test_argo_cd_knows_every_kind() -> None:
    (settings,) = documents(GITOPS / "argo-cd" / "health.yaml")
    kinds = {
        document["spec"]["names"]["kind"]
        for document in build_documents().values()
        if document["kind"] == "CustomResourceDefinition"
    }

    known = {key.rpartition("_")[2] for key in settings["data"]}
    assert known == kinds
    assert len(set(settings["data"].values())) == 1


def test_autoscalers_drive_the_deployment_beside_them() -> None:
    folder = GITOPS / "autoscaling"
    (target,) = documents(folder / "model-deployment.yaml")
    scalers = ("horizontal-pod-autoscaler.yaml", "scaled-object.yaml")
    references = [documents(folder / name)[0]["spec"]["scaleTargetRef"] for name in scalers]

    assert validate_deployment(target["spec"], name=target["metadata"]["name"]) == []
    assert {"replicas", "num_allocations"}.isdisjoint(target["spec"])
    assert references == 2 * [
        {
            "apiVersion": target["apiVersion"],
            "kind": target["kind"],
            "name": target["metadata"]["name"],
        }
    ]


def test_the_guide_names_files_and_tests_that_exist() -> None:
    paths = set(re.findall(r"(?:manifests|tests)/[\w./-]+", GUIDE))
    tests = set(re.findall(r"\*((?:\w+/)?test_\w+)\*", GUIDE))
    known = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}

    assert len(paths) > 5
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert {name.rpartition("/")[2] for name in tests} <= known
