"""TrainedModel: which weights an id stands for, where they come from and how to use them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StrictInt

from allot_api.conditions import Conditions
from allot_api.fields import (
    UNIQUE,
    ByteCount,
    Generation,
    Id,
    ObjectName,
    Shape,
    unique_by,
)
from allot_api.terms import (
    Normalization,
    Pooling,
    Precision,
    Scoring,
    SpecialTokens,
    TaskType,
    WeightsFormat,
)

MAX_FILES = 64
MAX_ALIASES = 16
UNIQUE_PATHS = unique_by(key=lambda file: file.path, shown=lambda file: {"path": file.path})


class ModelFile(Shape):
    """One file of a source, and what it must be."""

    path: Annotated[str, Field(min_length=1, max_length=512)] = Field(
        description="path of the file, relative to the source, such as model.safetensors."
    )
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$", max_length=64)] | None = Field(
        None,
        description="sha256 of the file's bytes, 64 lower-case hexadecimal digits; "
        "a file that differs is never loaded.",
    )
    size_bytes: ByteCount | None = Field(
        None, description="size_bytes of the file; a file that differs is never loaded."
    )


Files = Annotated[list[ModelFile], Field(max_length=MAX_FILES), AfterValidator(UNIQUE_PATHS)]
Aliases = Annotated[list[Id], Field(max_length=MAX_ALIASES), AfterValidator(UNIQUE)]
TaskTypes = Annotated[list[TaskType], Field(min_length=1, max_length=3), AfterValidator(UNIQUE)]


class SecretReference(Shape):
    """A Secret in the namespace of the model pods."""

    name: ObjectName = Field(description="name of the Secret.")


class ModelSource(Shape):
    """Where a model's files are fetched from."""

    uri: Annotated[str, Field(min_length=1, max_length=1024)] = Field(
        description="uri of the folder with config.json, tokenizer.json and model.safetensors: "
        "hf://OWNER/NAME@REVISION, https://HOST/PATH, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, "
        "az://CONTAINER/PREFIX, pvc://CLAIM/PATH, package://IMPORT_NAME/PATH or "
        "file:///ABSOLUTE/PATH."
    )
    secret_ref: SecretReference | None = Field(
        None,
        alias="secretRef",
        description="secretRef names a Secret whose keys become variables of the model pods: "
        "HF_TOKEN, ALLOT_SOURCE_TOKEN, AWS_ACCESS_KEY_ID, HTTPS_PROXY and the like.",
    )
    format: WeightsFormat = Field(
        WeightsFormat.SAFETENSORS,
        description="format of the weights: safetensors; or pickle for a pytorch_model.bin, which "
        "is read with torch's restricted reader.",
    )
    files: Files | None = Field(
        None,
        description="files whose size or digest is known beforehand; each is checked before the "
        "model is loaded. A web server or object store needs all of them, each with its sha256.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["path"]},
    )


class PrefixStrings(Shape):
    """Text that is put before every input."""

    search: Annotated[str, Field(max_length=256)] = Field(
        "", description="search is put before inputs of the input_type search."
    )
    ingest: Annotated[str, Field(max_length=256)] = Field(
        "", description="ingest is put before inputs of the input_type ingest."
    )


class TrainedModelSpec(Shape):
    """What a user says about a model."""

    model_id: Id | None = Field(
        None,
        description="model_id by which endpoints and deployments name the model; "
        "metadata.name if left out. It cannot be changed.",
    )
    aliases: Aliases | None = Field(
        None,
        description="aliases are further ids for the same model.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )
    source: ModelSource = Field(description="source of the model's files.")
    task_types: TaskTypes = Field(
        description="task_types that the model can do.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )
    pooling: Pooling | None = Field(
        None,
        description="pooling makes one output of the token outputs: mean, cls or last_token for "
        "dense models, max over the masked-language-model head for sparse ones. If left out: max "
        "for a sparse_embedding model, else mean.",
    )
    normalization: Normalization = Field(
        Normalization.L2,
        description="normalization of dense vectors: l2 makes every vector's length 1.",
    )
    prefix_strings: PrefixStrings | None = Field(
        None, description="prefix_strings are put before inputs, by the request's input_type."
    )
    special_tokens: SpecialTokens = Field(
        SpecialTokens.KEEP,
        description="special_tokens says whether a sparse model's weights of special tokens are "
        "kept or set to zero.",
    )
    scoring: Scoring = Field(
        Scoring.CROSS_ENCODER,
        description="scoring of documents for rerank: cross_encoder reads query and document "
        "together; embedding_similarity compares their dense vectors.",
    )
    precision: Precision = Field(
        Precision.FLOAT32, description="precision that the model computes in."
    )
    max_sequence_length: Annotated[StrictInt, Field(ge=8, le=131_072)] = Field(
        512, description="max_sequence_length in tokens; longer input is cut."
    )
    dimensions: Annotated[StrictInt, Field(ge=1, le=65_536)] | None = Field(
        None,
        description="dimensions of the model's dense vectors; a model that gives another number "
        "is not served.",
    )
    license: Annotated[str, Field(max_length=128)] | None = Field(
        None, description="license of the weights, as an SPDX expression."
    )
    description: Annotated[str, Field(max_length=1024)] | None = Field(
        None, description="description of the model for people."
    )


class TrainedModelStatus(Shape):
    """What the operator says about a TrainedModel."""

    conditions: Conditions = Field(
        default_factory=list,
        description="conditions of the model: Accepted and Reconciling.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )
    observed_generation: Generation | None = Field(
        None,
        alias="observedGeneration",
        description="observedGeneration is the metadata.generation that this status speaks of; "
        "-1 until the operator has seen the object.",
    )
