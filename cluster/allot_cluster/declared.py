"""The three kinds as users wrote them: parsed, with defaults, or with what is wrong with them.

What is stored may break a rule that came later, so "wrong" is a value here and never an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from allot_api.condition_lookup import find_true
from allot_api.conditions import Condition, ConditionType
from allot_api.deployment_stats import DeploymentStats
from allot_api.fields import Shape
from allot_api.inference_endpoint import InferenceEndpointSpec, InferenceEndpointStatus
from allot_api.model_deployment import ModelDeploymentSpec, ModelDeploymentStatus
from allot_api.resolve import (
    DeploymentSettings,
    EndpointSettings,
    resolve_deployment,
    resolve_endpoint,
    resolve_model,
)
from allot_api.rules import Violation, validate_deployment, validate_endpoint, validate_model
from allot_api.trained_model import TrainedModelSpec, TrainedModelStatus
from allot_cluster.interface import Manifest
from allot_cluster.resources import INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS, TRAINED_MODELS
from allot_cluster.subjects import Subject, identify

StatusT = TypeVar("StatusT", bound=Shape)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An InferenceEndpoint; `settings` and `spec` are None where the spec breaks a rule.

    `spec` is as it was written: of what was left out it does not have the default.
    """

    subject: Subject
    settings: EndpointSettings | None
    status: InferenceEndpointStatus
    violation: str = ""
    spec: InferenceEndpointSpec | None = None

    @property
    def inference_id(self) -> str:
        """Return the id that it claims."""
        return self.settings.inference_id if self.settings else self.subject.name

    @property
    def was_accepted(self) -> bool:
        """Whether its status says that it is accepted."""
        return _is_accepted(self.status.conditions)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A ModelDeployment; `settings` is None where the spec breaks a rule."""

    subject: Subject
    manifest: Manifest
    settings: DeploymentSettings | None
    status: ModelDeploymentStatus
    violation: str = ""

    @property
    def deployment_id(self) -> str:
        """Return the id that it claims."""
        return self.settings.deployment_id if self.settings else self.subject.name

    @property
    def was_accepted(self) -> bool:
        """Whether its status says that it is accepted."""
        return _is_accepted(self.status.conditions)

    @property
    def is_judged(self) -> bool:
        """Whether its status speaks of its present generation."""
        return self.status.observed_generation == self.subject.generation

    @property
    def stats(self) -> DeploymentStats | None:
        """Return the statistics that its status last gave."""
        return self.status.deployment_stats


@dataclass(frozen=True, slots=True)
class Model:
    """A TrainedModel; `spec` is resolved, and None where it breaks a rule."""

    subject: Subject
    spec: TrainedModelSpec | None
    status: TrainedModelStatus
    violation: str = ""

    @property
    def model_id(self) -> str:
        """Return the id that it claims."""
        return (self.spec.model_id if self.spec else None) or self.subject.name

    @property
    def was_accepted(self) -> bool:
        """Whether its status says that it is accepted."""
        return _is_accepted(self.status.conditions)

    @property
    def aliases(self) -> tuple[str, ...]:
        """Return the further ids that it answers to."""
        return tuple(self.spec.aliases or ()) if self.spec else ()


def read_endpoint(manifest: Manifest) -> Endpoint:
    """Return the endpoint of a manifest."""
    subject = identify(INFERENCE_ENDPOINTS, manifest)
    written = manifest.get("spec", {})
    violation = _first_of(validate_endpoint(written, name=subject.name))
    status = _status(InferenceEndpointStatus, manifest)
    if violation:
        return Endpoint(subject, None, status, violation)
    spec = InferenceEndpointSpec.model_validate(written)
    return Endpoint(subject, resolve_endpoint(spec, subject.name), status, spec=spec)


def read_deployment(manifest: Manifest) -> Deployment:
    """Return the ModelDeployment of a manifest."""
    subject = identify(MODEL_DEPLOYMENTS, manifest)
    spec = manifest.get("spec", {})
    violation = _first_of(validate_deployment(spec, name=subject.name))
    status = _status(ModelDeploymentStatus, manifest)
    settings = None
    if not violation:
        settings = resolve_deployment(ModelDeploymentSpec.model_validate(spec), subject.name)
    return Deployment(subject, manifest, settings, status, violation)


def read_model(manifest: Manifest) -> Model:
    """Return the TrainedModel of a manifest."""
    subject = identify(TRAINED_MODELS, manifest)
    written = manifest.get("spec", {})
    violation = _first_of(validate_model(written, name=subject.name))
    status = _status(TrainedModelStatus, manifest)
    spec = None
    if not violation:
        spec = resolve_model(TrainedModelSpec.model_validate(written), subject.name)
    return Model(subject, spec, status, violation)


def _is_accepted(conditions: list[Condition]) -> bool:
    return find_true(conditions, ConditionType.ACCEPTED) is not None


def _first_of(violations: list[Violation]) -> str:
    return f"{violations[0].field}: {violations[0].message}" if violations else ""


def _status(kind: type[StatusT], manifest: Manifest) -> StatusT:
    """Return the stored status, or an empty one where it is absent or not of our making."""
    stored: Mapping[str, object] = manifest.get("status") or {}
    try:
        return kind.model_validate(stored)
    except ValidationError:
        return kind()
