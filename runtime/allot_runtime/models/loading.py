"""From a folder of files to a model that computes: tokenizer, encoder, head."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any, assert_never

import torch
from torch import Tensor

from allot_api.terms import Pooling, Precision
from allot_api.trained_model import TrainedModelSpec
from allot_runtime.errors import ModelFault
from allot_runtime.models.architecture import Architecture, parse_architecture
from allot_runtime.models.attention import ALONE, WINDOW_ROWS
from allot_runtime.models.cross_encoder import CrossEncoderModel
from allot_runtime.models.dense import DenseModel
from allot_runtime.models.encoder import BertEncoder, Encoder, take_stored_layers
from allot_runtime.models.fallback import load_with_transformers
from allot_runtime.models.few_rows import take_few_rows
from allot_runtime.models.heads import take_score_head
from allot_runtime.models.interface import Model
from allot_runtime.models.kernels import BUILDERS, choose_kernel, try_kernels
from allot_runtime.models.linear import BuildLinear
from allot_runtime.models.purpose import Purpose, choose_purpose
from allot_runtime.models.sparse import SparseModel
from allot_runtime.models.tokenization import TextTokenizer, read_tokenizer
from allot_runtime.models.vocabulary import LogitsWeigher, take_vocabulary_head
from allot_runtime.models.weights import Weights, read_tensors

logger = logging.getLogger(__name__)

DTYPES = {Precision.FLOAT32: torch.float32, Precision.BFLOAT16: torch.bfloat16}


def configure_threads(num_threads: int) -> int:
    """Give torch its threads; return how many it took.

    OpenMP counts them by calling thread, so this is called on the compute thread.
    """
    torch.set_num_threads(num_threads)
    return torch.get_num_threads()


def load_model(spec: TrainedModelSpec, folder: Path) -> Model:
    """Return the model; raises ModelFault with what is wrong with the files."""
    purpose = choose_purpose(spec)
    config = read_config(folder)
    try:
        architecture = parse_architecture(config)
        if architecture is None:
            return _load_foreign(spec, folder, config, purpose)
        return _load_own(spec, folder, config, purpose, architecture)
    except (KeyError, TypeError, RuntimeError) as error:
        raise ModelFault(f"config.json and the weights do not fit together: {error!r}") from error


def read_config(folder: Path) -> dict[str, Any]:
    """Return config.json; raises ModelFault."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelFault(f"config.json cannot be read: {error}") from error
    if not isinstance(config, dict):
        raise ModelFault("config.json is not a JSON object")
    return config


def _load_own(
    spec: TrainedModelSpec,
    folder: Path,
    config: dict[str, Any],
    purpose: Purpose,
    architecture: Architecture,
) -> Model:
    dtype = DTYPES[spec.precision]
    tensors = read_tensors(folder, spec.source.format)
    weights = Weights(tensors, dtype, _choose_linear(architecture, dtype))
    length = min(spec.max_sequence_length, architecture.max_tokens)
    tokenizer = read_tokenizer(folder, length)
    # A neighbour in a product moves a sum by its last bits: nothing in a vector of length 1, but
    # more in the weight of a word.
    window_rows = WINDOW_ROWS if purpose is Purpose.DENSE else ALONE
    encoder = BertEncoder(architecture, weights, dtype, window_rows)
    match purpose:
        case Purpose.DENSE:
            # For vectors alone: another order of summing moves a word's weight by more than a
            # neighbour may.
            if dtype is torch.float32:
                layers = take_stored_layers(architecture, weights)
                encoder.adopt(take_few_rows(architecture, layers))
            return _build_dense(spec, config, tokenizer, encoder)
        case Purpose.SPARSE:
            head = take_vocabulary_head(architecture, weights)
            return SparseModel(tokenizer, encoder, head, spec.special_tokens)
        case Purpose.CROSS_ENCODER:
            score = take_score_head(architecture, weights)
            return CrossEncoderModel(tokenizer, encoder, score.apply)
        case _:
            assert_never(purpose)


def _load_foreign(
    spec: TrainedModelSpec, folder: Path, config: dict[str, Any], purpose: Purpose
) -> Model:
    positions = config.get("max_position_embeddings", spec.max_sequence_length)
    length = min(spec.max_sequence_length, int(positions))
    tokenizer = read_tokenizer(folder, length)
    padding_id = int(config.get("pad_token_id") or 0)
    dtype = DTYPES[spec.precision]
    encoder = load_with_transformers(folder, purpose, dtype, padding_id, spec.source.format)
    match purpose:
        case Purpose.DENSE:
            return _build_dense(spec, config, tokenizer, encoder)
        case Purpose.SPARSE:
            return SparseModel(tokenizer, encoder, LogitsWeigher(), spec.special_tokens)
        case Purpose.CROSS_ENCODER:
            return CrossEncoderModel(tokenizer, encoder, _identity)
        case _:
            assert_never(purpose)


def _build_dense(
    spec: TrainedModelSpec, config: dict[str, Any], tokenizer: TextTokenizer, encoder: Encoder
) -> DenseModel:
    dimensions = int(config["hidden_size"] if "hidden_size" in config else config["dim"])
    if spec.dimensions not in (None, dimensions):
        raise ModelFault(
            f"the model makes vectors of {dimensions} dimensions where the TrainedModel says "
            f"dimensions: {spec.dimensions}"
        )
    pooling = spec.pooling or Pooling.MEAN
    return DenseModel(tokenizer, encoder, pooling, spec.normalization, dimensions)


def _choose_linear(architecture: Architecture, dtype: torch.dtype) -> BuildLinear:
    """Return the kind of linear layer that is fastest here, and log how each did."""
    trials = try_kernels(architecture.feed_forward_width, architecture.width, dtype)
    kernel = choose_kernel(trials)
    told = ", ".join(trial.describe() for trial in trials)
    logger.info("linear layers are %s (%s)", kernel, told)
    return BUILDERS[kernel]


def _identity(values: Tensor) -> Tensor:
    return values
