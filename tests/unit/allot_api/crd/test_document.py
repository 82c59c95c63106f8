from __future__ import annotations

from allot_api.crd.document import build_definition, build_documents
from allot_api.crd.kinds import MODEL_DEPLOYMENT, TRAINED_MODEL


def test_every_definition_is_listed_for_kustomize() -> None:
    documents = build_documents()

    assert documents["kustomization.yaml"]["resources"] == [
        "inferenceendpoints.yaml",
        "modeldeployments.yaml",
        "trainedmodels.yaml",
    ]


def test_the_scale_path_is_replicas_and_its_selector() -> None:
    (version,) = build_definition(MODEL_DEPLOYMENT)["spec"]["versions"]

    assert version["subresources"]["scale"] == {
        "specReplicasPath": ".spec.replicas",
        "statusReplicasPath": ".status.replicas",
        "labelSelectorPath": ".status.selector",
    }


def test_a_rule_that_needs_the_name_stands_at_the_root() -> None:
    (version,) = build_definition(TRAINED_MODEL)["spec"]["versions"]
    schema = version["schema"]["openAPIV3Schema"]

    (rule,) = schema["x-kubernetes-validations"]
    assert rule["fieldPath"] == ".spec.model_id"
    assert "self.metadata.name" in rule["rule"]
