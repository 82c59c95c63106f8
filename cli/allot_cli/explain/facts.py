"""What the cluster holds about one name: the objects, and the decisions that were kept."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from allot_api.conditions import Condition, ConditionType
from allot_api.inference_endpoint import InferenceEndpointSpec, InferenceEndpointStatus
from allot_api.model_deployment import ModelDeploymentSpec, ModelDeploymentStatus
from allot_api.resolve import DeploymentSettings, resolve_deployment, resolve_endpoint
from allot_api.scaling_decision import Decisions
from allot_cli.errors import NotExplained
from allot_cluster.interface import Manifest


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An InferenceEndpoint: its ids, and what its status says."""

    name: str
    inference_id: str
    serving_deployment_id: str
    status: InferenceEndpointStatus


@dataclass(frozen=True, slots=True)
class Deployment:
    """A ModelDeployment: its settings, its status, and whose it is.

    `endpoint` is the InferenceEndpoint that made it, empty if a person did. `replicas_writer`
    is the field manager that last wrote spec.replicas, empty if nobody did.
    """

    name: str
    settings: DeploymentSettings
    status: ModelDeploymentStatus
    endpoint: str = ""
    replicas_writer: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a name.

    `endpoint` is None where the name is a ModelDeployment's, `deployment` where none serves the
    endpoint. `decisions` is None where none were kept yet.
    """

    namespace: str
    endpoint: Endpoint | None
    deployment: Deployment | None
    decisions: Decisions | None = None

    @property
    def conditions(self) -> list[Condition]:
        """Return the conditions of the object that was asked for."""
        asked = self.endpoint or self.deployment
        return asked.status.conditions if asked else []

    def condition(self, kind: ConditionType) -> Condition | None:
        """Return one of them."""
        return next((one for one in self.conditions if one.type == kind), None)


def read_endpoint(manifest: Manifest) -> Endpoint:
    """Return the endpoint of a manifest; raises NotExplained where it is of another version."""
    name = manifest["metadata"]["name"]
    try:
        spec = InferenceEndpointSpec.model_validate(manifest["spec"])
        status = InferenceEndpointStatus.model_validate(manifest.get("status") or {})
    except ValidationError as error:
        raise _another_version("InferenceEndpoint", name, error) from error
    settings = resolve_endpoint(spec, name)
    return Endpoint(name, settings.inference_id, settings.serving_deployment_id, status)


def read_deployment(manifest: Manifest) -> Deployment:
    """Return the ModelDeployment of a manifest; raises NotExplained as `read_endpoint` does."""
    metadata = manifest["metadata"]
    try:
        spec = ModelDeploymentSpec.model_validate(manifest["spec"])
        status = ModelDeploymentStatus.model_validate(manifest.get("status") or {})
    except ValidationError as error:
        raise _another_version("ModelDeployment", metadata["name"], error) from error
    return Deployment(
        name=metadata["name"],
        settings=resolve_deployment(spec, metadata["name"]),
        status=status,
        endpoint=_owner(metadata),
        replicas_writer=_writer(metadata),
    )


def _another_version(kind: str, name: str, error: ValidationError) -> NotExplained:
    detail = error.errors()[0]
    where = ".".join(str(part) for part in detail["loc"])
    return NotExplained(
        f"{kind} {name} was stored by another version of Allot: {where}: {detail['msg']}"
    )


def _owner(metadata: Manifest) -> str:
    owners = metadata.get("ownerReferences") or []
    return next((str(one["name"]) for one in owners if one.get("controller")), "")


def _writer(metadata: Manifest) -> str:
    """Return the last of the field managers that own spec.replicas."""
    writers: list[Manifest] = [
        one
        for one in metadata.get("managedFields") or []
        if "f:replicas" in (one.get("fieldsV1") or {}).get("f:spec", {})
    ]
    latest = max(writers, key=lambda one: str(one.get("time", "")), default=None)
    return str(latest.get("manager", "")) if latest else ""
