"""What the API server is told about each kind beside its schema: names, columns, rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allot_api import names
from allot_api.fields import Shape
from allot_api.inference_endpoint import InferenceEndpointSpec, InferenceEndpointStatus
from allot_api.model_deployment import ModelDeploymentSpec, ModelDeploymentStatus
from allot_api.rules.deployment import DEPLOYMENT_RULES
from allot_api.rules.endpoint import ENDPOINT_RULES
from allot_api.rules.model import MODEL_RULES
from allot_api.rules.rule import Rule
from allot_api.trained_model import TrainedModelSpec, TrainedModelStatus

READY = '.status.conditions[?(@.type=="Ready")]'
ACCEPTED = '.status.conditions[?(@.type=="Accepted")]'
UP_TO_DATE = '.status.conditions[?(@.type=="UpToDate")]'
STATS = ".status.deployment_stats"
COUNTS = f"{STATS}.allocation_status"
BOUNDS = f"{STATS}.adaptive_allocations"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of `kubectl get`; a wide one is shown by `-o wide` only."""

    name: str
    path: str
    description: str
    type: str = "string"
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind as its CRD declares it."""

    kind: str
    plural: str
    short_name: str
    description: str
    spec: type[Shape]
    status: type[Shape]
    rules: tuple[Rule[Any], ...]
    columns: tuple[Column, ...]
    is_scalable: bool = False

    @property
    def singular(self) -> str:
        """The kind in lower case."""
        return self.kind.lower()


AGE = Column("Age", ".metadata.creationTimestamp", "Time since it was made.", "date")
MODEL = Column("Model", ".status.model.model_id", "The model that is served.")
READINESS = (
    Column("Ready", f"{READY}.status", "Whether it serves as asked for."),
    Column("Reason", f"{READY}.reason", "Why it is Ready, or why not."),
    Column("Allocations", f"{COUNTS}.allocation_count", "Model pods that are ready.", "integer"),
    Column("Target", f"{COUNTS}.target_allocation_count", "Model pods wanted now.", "integer"),
)
SIZES = (
    Column("Threads", f"{STATS}.num_threads", "Threads of each allocation.", "integer", True),
    Column("Min", f"{BOUNDS}.min_number_of_allocations", "Least allocations.", "integer", True),
    Column("Max", f"{BOUNDS}.max_number_of_allocations", "Most allocations.", "integer", True),
)
MODEL_STATE = Column(
    "Model State", ".status.model.state", "How far the model is on the pods.", is_wide=True
)
URL = Column("URL", ".status.url", "Where it answers inside the cluster.", is_wide=True)

INFERENCE_ENDPOINT = Kind(
    kind=names.INFERENCE_ENDPOINT,
    plural="inferenceendpoints",
    short_name="ie",
    description="InferenceEndpoint is the task that clients call, written as the body of "
    "Elasticsearch's PUT _inference.",
    spec=InferenceEndpointSpec,
    status=InferenceEndpointStatus,
    rules=ENDPOINT_RULES,
    columns=(
        Column("Task", ".spec.task_type", "The task that clients call."),
        MODEL,
        *READINESS,
        AGE,
        *SIZES,
        MODEL_STATE,
        URL,
    ),
)

MODEL_DEPLOYMENT = Kind(
    kind=names.MODEL_DEPLOYMENT,
    plural="modeldeployments",
    short_name="mdep",
    description="ModelDeployment is a number of allocations of one model; one allocation is one "
    "pod.",
    spec=ModelDeploymentSpec,
    status=ModelDeploymentStatus,
    rules=DEPLOYMENT_RULES,
    columns=(
        Column("Model", ".spec.model_id", "The model that it deploys."),
        *READINESS,
        AGE,
        *SIZES,
        Column("Policy", ".spec.scaling.policy", "Who decides the target.", is_wide=True),
        Column("Pods", f"{UP_TO_DATE}.reason", "Whether they are as the spec says.", is_wide=True),
        MODEL_STATE,
        URL,
    ),
    is_scalable=True,
)

TRAINED_MODEL = Kind(
    kind=names.TRAINED_MODEL,
    plural="trainedmodels",
    short_name="tm",
    description="TrainedModel says which weights an id stands for.",
    spec=TrainedModelSpec,
    status=TrainedModelStatus,
    rules=MODEL_RULES,
    columns=(
        Column("Model Id", ".spec.model_id", "The id that endpoints name; the name if empty."),
        Column("Tasks", ".spec.task_types", "The tasks that it can do."),
        Column("Source", ".spec.source.uri", "Where its files are fetched from."),
        Column("Accepted", f"{ACCEPTED}.status", "Whether endpoints may use it."),
        AGE,
        Column("Reason", f"{ACCEPTED}.reason", "Why it is accepted, or why not.", is_wide=True),
        Column("Dimensions", ".spec.dimensions", "Of its dense vectors.", "integer", True),
        Column("License", ".spec.license", "Of the weights.", is_wide=True),
    ),
)

KINDS = (INFERENCE_ENDPOINT, MODEL_DEPLOYMENT, TRAINED_MODEL)
