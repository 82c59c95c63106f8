"""What a model pod is told by its environment, all of it by the operator."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from allot_api.names import POD_TOKEN_PATH
from allot_api.terms import ElementType
from allot_api.trained_model import TrainedModelSpec
from allot_protocol.limits import BODY_BYTES, INPUT_CHARACTERS, INPUTS, Limits
from allot_protocol.logs import LogFormat
from allot_runtime.models.pacing import Pace
from allot_runtime.waiting import Order


class Settings(BaseSettings):
    """Allot's runtime: serves one allocation of one model over Elasticsearch's inference API.

    Every option can be given by environment too: --num-threads is ALLOT_NUM_THREADS.
    """

    model_config = SettingsConfigDict(
        env_prefix="ALLOT_",
        frozen=True,
        cli_prog_name="python -m allot_runtime",
        cli_kebab_case=True,
        cli_hide_none_type=True,
        protected_namespaces=(),
    )

    model: TrainedModelSpec = Field(
        description="The TrainedModel's spec, as JSON; another model needs a new process."
    )
    deployment_id: str = Field("local", description="The deployment that this allocation is of.")
    element_type: ElementType = Field(
        ElementType.FLOAT,
        description="float, or byte: text_embedding answers with numbers from -128 to 127.",
    )
    num_threads: int = Field(
        1, ge=1, le=32, description="Threads of one forward pass; more make one input faster."
    )
    queue_capacity: int = Field(
        10_000, ge=1, description="Inputs that may wait; more are refused with 429."
    )
    queue_order: Order = Field(
        Order.BY_SIZE,
        description="by_size lets short inputs pass long ones; by_arrival is first in, first out.",
    )
    pace_seconds_per_pass: float = Field(
        0.0,
        ge=0,
        le=60,
        description="What a forward pass takes at least, in seconds: to rehearse scaling with more "
        "pods than there are cores.",
    )
    pace_seconds_per_token: float = Field(
        0.0, ge=0, le=1, description="What a forward pass takes at least for each token, added."
    )
    max_body_bytes: int = Field(
        BODY_BYTES, ge=1024, description="The largest body, unpacked; larger ones get 413."
    )
    max_inputs: int = Field(INPUTS, ge=1, description="The most inputs of one request.")
    max_input_characters: int = Field(
        INPUT_CHARACTERS, ge=1, description="The longest input or query, in characters."
    )
    host: str = Field("127.0.0.1", description="The address to serve on: in a pod, the pod's IP.")
    port: int = Field(8080, ge=0, le=65_535, description="The port to serve on; 0 takes any.")
    cache_dir: Path = Field(Path("/var/cache/allot"), description="Where fetched weights are kept.")
    cache_limit_bytes: int | None = Field(
        None, ge=0, description="Bytes that all weights in the cache may take; no bound if unset."
    )
    claim_dir: Path = Field(
        Path("/var/lib/allot/claim"), description="Where the claim of a pvc:// source is mounted."
    )
    source_token: SecretStr | None = Field(
        None,
        description="The token for an https:// source; give it by environment, where no process "
        "list shows it.",
    )
    pod_token_dir: Path = Field(
        Path(POD_TOKEN_PATH),
        description="Where the Secret with the pods' token is mounted; if none is, all may ask.",
    )
    termination_log: Path = Field(
        Path("/dev/termination-log"), description="Where the reason of a fatal end is written."
    )
    log_format: LogFormat = Field(
        LogFormat.TEXT, description="text for people, or json: one object a line."
    )
    access_log: bool = Field(False, description="Whether every request is logged.")
    drain_seconds: float = Field(
        5.0, ge=0, description="How long requests are still accepted once told to end."
    )
    pod_root: Path | None = Field(
        None, description="The folder that the pod's absolute paths lie under, if not /."
    )

    @property
    def model_id(self) -> str:
        """Return the id that the TrainedModel goes by."""
        return self.model.model_id or self.deployment_id

    @property
    def pace(self) -> Pace:
        """Return how slow a forward pass is to be."""
        return Pace(self.pace_seconds_per_pass, self.pace_seconds_per_token)

    @property
    def limits(self) -> Limits:
        """Return how large a request may be."""
        return Limits(self.max_body_bytes, self.max_inputs, self.max_input_characters)

    def locate(self, path: Path) -> Path:
        """Return where an absolute path of the pod lies on this machine."""
        if self.pod_root is None or not path.is_absolute():
            return path
        return self.pod_root / path.relative_to("/")
