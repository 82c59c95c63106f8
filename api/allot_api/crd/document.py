"""Builds the CustomResourceDefinition of a kind. Writes nothing."""

from __future__ import annotations

from typing import Any

from allot_api import names
from allot_api.crd.kinds import KINDS, Column, Kind
from allot_api.crd.schema import Schema, build_schema
from allot_api.fields import NEVER_OBSERVED
from allot_api.rules.rule import Scope

Document = dict[str, Any]

# To kstatus, an object without a status is as it should be: so nothing may be without one, also
# while no operator runs.
UNSEEN = {"observedGeneration": NEVER_OBSERVED}


def build_documents() -> dict[str, Document]:
    """Return every checked-in file's name with its content."""
    definitions = {f"{kind.plural}.yaml": build_definition(kind) for kind in KINDS}
    kustomization: Document = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": sorted(definitions),
    }
    return {**definitions, "kustomization.yaml": kustomization}


def build_definition(kind: Kind) -> Document:
    """Return the CustomResourceDefinition of one kind."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{kind.plural}.{names.GROUP}",
            "labels": {"app.kubernetes.io/part-of": "allot"},
        },
        "spec": {
            "group": names.GROUP,
            "names": {
                "kind": kind.kind,
                "listKind": f"{kind.kind}List",
                "plural": kind.plural,
                "singular": kind.singular,
                "shortNames": [kind.short_name],
                "categories": list(names.CATEGORIES),
            },
            "scope": "Namespaced",
            "versions": [_build_version(kind)],
        },
    }


def _build_version(kind: Kind) -> Document:
    subresources: Document = {"status": {}}
    if kind.is_scalable:
        subresources["scale"] = {
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.replicas",
            "labelSelectorPath": ".status.selector",
        }
    return {
        "name": names.VERSION,
        "served": True,
        "storage": True,
        "additionalPrinterColumns": [_build_column(column) for column in kind.columns],
        "subresources": subresources,
        "schema": {"openAPIV3Schema": _build_object_schema(kind)},
    }


def _build_column(column: Column) -> Document:
    built: Document = {
        "name": column.name,
        "type": column.type,
        "jsonPath": column.path,
        "description": column.description,
    }
    return {**built, "priority": 1} if column.is_wide else built


def _build_object_schema(kind: Kind) -> Schema:
    spec = {**build_schema(kind.spec), "description": "spec is what is asked for."}
    status = {
        **build_schema(kind.status),
        "description": "status is what is so.",
        "default": UNSEEN,
    }
    schema: Schema = {
        "description": kind.description,
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {
                "description": "apiVersion is the group and version of this kind.",
                "type": "string",
            },
            "kind": {"description": "kind is the name of this kind.", "type": "string"},
            # The API server adds what it knows about it, and refuses anything from us.
            "metadata": {"type": "object"},
            "spec": spec,
            "status": status,
        },
    }
    for scope, place in ((Scope.SPEC, spec), (Scope.OBJECT, schema)):
        rules = [rule.as_validation() for rule in kind.rules if rule.scope is scope]
        if rules:
            place["x-kubernetes-validations"] = rules
    return schema
