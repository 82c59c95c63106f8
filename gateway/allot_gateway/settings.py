"""What the gateway is started with: by environment (ALLOT_…) or by option."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from allot_api.names import OPERATOR_NAMESPACE
from allot_gateway.access.mode import Access
from allot_protocol.limits import BODY_BYTES, INPUT_CHARACTERS, INPUTS, Limits
from allot_protocol.logs import LogFormat


class Settings(BaseSettings):
    """Allot's gateway: Elasticsearch's inference API before the model pods of a cluster.

    Every option can be given by environment too: --default-namespace is ALLOT_DEFAULT_NAMESPACE.
    """

    model_config = SettingsConfigDict(
        env_prefix="ALLOT_",
        frozen=True,
        cli_prog_name="python -m allot_gateway",
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_hide_none_type=True,
        cli_avoid_json=True,
    )

    default_namespace: str = Field(
        "default", description="The namespace of requests whose path names none."
    )
    namespace: str = Field(
        "",
        description="The namespaces to serve, separated by commas; all if left out. Requests for "
        "others are answered as if nothing were there.",
    )
    shared_namespace: str = Field(
        OPERATOR_NAMESPACE, description="The namespace of the TrainedModels that all may name."
    )
    host: str = Field("127.0.0.1", description="The address to serve on: in a pod, the pod's IP.")
    port: int = Field(9200, ge=0, le=65_535, description="The port to serve on; 0 takes any.")
    access: Access | None = Field(
        None,
        description="rbac asks every request for an API key or a Kubernetes token, none asks "
        "nobody, auto is none on a loopback address and rbac on any other; none if left out on a "
        "loopback address, and has to be said on any other.",
    )
    audience: str = Field(
        "",
        description="The audiences that a Kubernetes token has to be for, separated by commas; "
        "the API server's own if left out.",
    )
    tls_dir: Path | None = Field(
        None,
        description="A folder with tls.crt and tls.key, such as a mounted Secret: then HTTPS is "
        "spoken, with the pair that is there now; HTTP if left out.",
    )
    max_requests: int = Field(
        4096, ge=1, description="Requests that may be in hand at once; further ones get 429."
    )
    kubeconfig: str | None = Field(
        None, description="The kubeconfig to use; else $KUBECONFIG, the pod's own, ~/.kube/config."
    )
    context: str | None = Field(None, description="The context of the kubeconfig to use.")
    max_body_bytes: int = Field(
        BODY_BYTES, ge=1024, description="The largest body, unpacked; larger ones get 413."
    )
    max_inputs: int = Field(INPUTS, ge=1, description="The most inputs of one request.")
    max_input_characters: int = Field(
        INPUT_CHARACTERS, ge=1, description="The longest input or query, in characters."
    )
    drain_seconds: float = Field(
        5.0,
        ge=0,
        description="How long it goes on to accept requests after it was told to end, unready, "
        "while those who send to it notice.",
    )
    access_log: bool = Field(False, description="Whether every request is logged.")
    log_format: LogFormat = Field(LogFormat.TEXT, description="text for people, json for programs.")

    @property
    def audiences(self) -> tuple[str, ...]:
        """Return the audiences of tokens; empty for the API server's own."""
        return tuple(part.strip() for part in self.audience.split(",") if part.strip())

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Return the namespaces to serve; empty for all."""
        return tuple(part.strip() for part in self.namespace.split(",") if part.strip())

    @property
    def limits(self) -> Limits:
        """Return the bounds of a request."""
        return Limits(self.max_body_bytes, self.max_inputs, self.max_input_characters)
