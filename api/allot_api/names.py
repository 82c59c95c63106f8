"""Names that programs must agree on: group, kinds, labels, field managers, derived names.

Elasticsearch's ids may begin with a dot and hold capitals and underscores, which
Kubernetes refuses in names and label values. So ids stand in specs and statuses only,
and objects that are made for an id get a name derived from it.
"""

from __future__ import annotations

import hashlib
import re

GROUP = "inference.allot.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
CATEGORIES = ("inference", "all")

TRAINED_MODEL = "TrainedModel"
MODEL_DEPLOYMENT = "ModelDeployment"
INFERENCE_ENDPOINT = "InferenceEndpoint"

MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
MANAGED_BY = "allot"
NAME_LABEL = "app.kubernetes.io/name"
MODEL_NAME = "allot-model"
COMPONENT_LABEL = "app.kubernetes.io/component"
MODEL_COMPONENT = "model"
GATEWAY_COMPONENT = "gateway"
# On a gateway's Lease: the inputs that it holds, by ModelDeployment, as JSON.
HELD_ANNOTATION = f"{GROUP}/held"
# Its value is the derived name of the ModelDeployment's objects, never an id.
MODEL_DEPLOYMENT_LABEL = f"{GROUP}/model-deployment"

SHAPE_MANAGER = "allot"
SCALER_MANAGER = "allot-scaler"

# In each namespace of model pods: what gateway and operator show to pods that ask for it.
POD_TOKEN_SECRET = "allot-pod-token"
POD_TOKEN_KEYS = ("previous", "token")
"""The keys of that Secret, the older token first: it is the one that every pod knows by now."""
POD_TOKEN_PATH = "/var/lib/allot/pod-token"

OPERATOR_NAMESPACE = "allot-system"
OPERATOR_LEASE = "allot-operator"
GATEWAY_SERVICE = "allot-gateway"

OPERATOR_IMAGE = "allot/operator:0.1.0"
RUNTIME_IMAGE = "allot/runtime:0.1.0"

DEPLOYMENT_PREFIX = "allot-"
DECISIONS_SUFFIX = "-decisions"

# A Deployment's pods add "-<10>-<5>" to its name, and a Service's name ends at 63.
MAX_DERIVED_LENGTH = 50
HASH_LENGTH = 8
FALLBACK_SLUG = "id"


def derived_name(identifier: str, prefix: str = "") -> str:
    """Return a Kubernetes name for an id: prefix, slug, "-", 8 hex digits of its sha256.

    Distinct ids give distinct names, although their slugs may be alike. The result is a
    DNS label of at most 50 characters that starts with a letter.
    """
    digest = hashlib.sha256(identifier.encode()).hexdigest()[:HASH_LENGTH]
    slug = re.sub(r"[^a-z0-9]+", "-", identifier.lower()).strip("-") or FALLBACK_SLUG
    stem = f"{prefix}{slug}"
    if not stem[0].isalpha():
        stem = f"{FALLBACK_SLUG}-{stem}"
    room = MAX_DERIVED_LENGTH - HASH_LENGTH - 1
    return f"{stem[:room].rstrip('-')}-{digest}"


def decisions_name(deployment_id: str) -> str:
    """Return the name of the ConfigMap with the decisions on a deployment's allocations."""
    return derived_name(deployment_id, DEPLOYMENT_PREFIX) + DECISIONS_SUFFIX


def model_labels(resource_name: str) -> dict[str, str]:
    """Return the labels of everything that is made for one ModelDeployment.

    `resource_name` is the derived name of its Deployment, Service and budget.
    """
    return {
        MANAGED_BY_LABEL: MANAGED_BY,
        NAME_LABEL: MODEL_NAME,
        COMPONENT_LABEL: MODEL_COMPONENT,
        MODEL_DEPLOYMENT_LABEL: resource_name,
    }
