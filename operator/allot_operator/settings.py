"""What the operator is started with: by environment (ALLOT_…) or by option."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from allot_api.names import OPERATOR_LEASE, OPERATOR_NAMESPACE, RUNTIME_IMAGE
from allot_operator.observing.pacing import USUAL_SECONDS

# Well below the longest step of the clock that decisions on the target rest on (scaling.own_clock).
LONGEST_STATS_SECONDS = 30


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"


class Settings(BaseSettings):
    """Allot's operator: makes inference endpoints be served, and says in their status what is so.

    Every option can be given by environment too: --runtime-image is ALLOT_RUNTIME_IMAGE.
    """

    model_config = SettingsConfigDict(
        env_prefix="ALLOT_",
        frozen=True,
        cli_prog_name="python -m allot_operator",
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_hide_none_type=True,
        cli_avoid_json=True,
    )

    namespace: str = Field(
        "",
        description="The namespaces to look after, separated by commas; all if left out. "
        "Endpoints elsewhere are then not acted on.",
    )
    operator_namespace: str = Field(
        OPERATOR_NAMESPACE,
        description="The namespace of the Lease, and of the TrainedModels that all may name.",
    )
    lease_name: str = Field(
        OPERATOR_LEASE,
        description="The Lease that one operator holds; two with different ones would fight.",
    )
    runtime_image: str = Field(
        RUNTIME_IMAGE,
        description="The image of model pods; another one replaces them, a deployment at a time.",
    )
    gateway_url: str = Field(
        "",
        max_length=253,
        description="The gateway's base URL, for the endpoints' status; if left out, that of the "
        "Service allot-gateway in the operator's namespace, by its load balancer if it has one.",
    )
    gateway_default_namespace: str = Field(
        "default",
        description="The namespace that the gateway serves without a prefix.",
    )
    host: str = Field("127.0.0.1", description="The address on which probes and metrics answer.")
    port: int = Field(
        8080, ge=0, le=65535, description="The port on which they answer; 0 takes a free one."
    )
    kubeconfig: str | None = Field(
        None, description="The kubeconfig to use; else $KUBECONFIG, the pod's own, ~/.kube/config."
    )
    context: str | None = Field(None, description="The context of the kubeconfig to use.")
    workers: int = Field(4, ge=1, le=64, description="How many objects are looked at at once.")
    resync_seconds: float = Field(
        300, ge=1, description="How often every object is looked at although nothing was seen."
    )
    stats_seconds: float = Field(
        USUAL_SECONDS,
        ge=0.2,
        le=LONGEST_STATS_SECONDS,
        description="How often model pods are asked how they are, in seconds; from 800 pods on "
        "less often, 2,000 and more every 5 s.",
    )
    log_level: LogLevel = Field(LogLevel.INFO, description="How much is logged.")

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Return the namespaces to look after; empty for all."""
        return tuple(part.strip() for part in self.namespace.split(",") if part.strip())
