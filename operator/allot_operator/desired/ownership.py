"""Metadata of the objects that we make: whose they are, and by what they are found."""

from __future__ import annotations

from allot_api.names import model_labels
from allot_cluster.interface import Manifest
from allot_cluster.resources import Resource
from allot_cluster.subjects import Subject
from allot_operator.desired.fingerprints import fingerprint
from allot_operator.words import APPLIED_ANNOTATION


def build_object(
    resource: Resource, name: str, owner: Subject, labels: dict[str, str], spec: Manifest
) -> Manifest:
    """Return an object that `owner` controls, so that it goes when its owner goes."""
    metadata: Manifest = {
        "name": name,
        "namespace": owner.namespace,
        "labels": labels,
        "ownerReferences": [build_owner_reference(owner)],
    }
    manifest: Manifest = {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": metadata,
        "spec": spec,
    }
    metadata["annotations"] = {APPLIED_ANNOTATION: fingerprint(manifest)}
    return manifest


def build_owner_reference(owner: Subject) -> Manifest:
    """Return the reference that makes `owner` the controller of an object."""
    return {
        "apiVersion": owner.resource.api_version,
        "kind": owner.kind,
        "name": owner.name,
        "uid": owner.uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }


def build_selector(resource_name: str) -> dict[str, str]:
    """Return the labels that select the pods of one ModelDeployment, and no others."""
    return model_labels(resource_name)
