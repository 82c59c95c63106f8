"""Which encoder a config.json describes, in the few numbers that our own encoder needs. Pure.

BERT (Devlin et al. 2018), RoBERTa (Liu et al. 2019) with its multilingual sister XLM-R, and
DistilBERT (Sanh et al. 2019) are one network under three sets of names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from allot_runtime.errors import ModelFault


class Family(StrEnum):
    """Which names the weights go by."""

    BERT = "bert"
    ROBERTA = "roberta"
    DISTILBERT = "distilbert"


class Activation(StrEnum):
    """The function between the two layers of a feed-forward block."""

    GELU = "gelu"
    GELU_TANH = "gelu_tanh"
    RELU = "relu"


FAMILIES = {
    "bert": Family.BERT,
    "roberta": Family.ROBERTA,
    "xlm-roberta": Family.ROBERTA,
    "camembert": Family.ROBERTA,
    "distilbert": Family.DISTILBERT,
}
ACTIVATIONS = {
    "gelu": Activation.GELU,
    "gelu_new": Activation.GELU_TANH,
    "gelu_pytorch_tanh": Activation.GELU_TANH,
    "relu": Activation.RELU,
}
DISTILBERT_EPSILON = 1e-12
ROBERTA_PADDING_ID = 1


@dataclass(frozen=True, slots=True)
class Architecture:
    """An encoder: `layers` blocks of `heads` heads; positions count from `first_position`.

    States are of `width` numbers, those between the two layers of a feed-forward block of
    `feed_forward_width`.
    """

    family: Family
    layers: int
    heads: int
    width: int
    feed_forward_width: int
    epsilon: float
    activation: Activation
    max_tokens: int
    first_position: int


def parse_architecture(config: Mapping[str, Any]) -> Architecture | None:
    """Return what a config.json describes; None for what our own encoder does not know.

    Raises ModelFault for what no encoder computes.
    """
    family = FAMILIES.get(str(config.get("model_type")))
    activation = ACTIVATIONS.get(str(config.get("hidden_act", config.get("activation"))))
    if family is None or activation is None or _is_unusual(config):
        return None
    first = _first_position(family, config)
    distil = family is Family.DISTILBERT
    architecture = Architecture(
        family=family,
        layers=int(config["n_layers" if distil else "num_hidden_layers"]),
        heads=int(config["n_heads" if distil else "num_attention_heads"]),
        width=int(config["dim" if distil else "hidden_size"]),
        feed_forward_width=int(config["hidden_dim" if distil else "intermediate_size"]),
        epsilon=DISTILBERT_EPSILON if distil else float(config.get("layer_norm_eps", 1e-12)),
        activation=activation,
        max_tokens=int(config["max_position_embeddings"]) - first,
        first_position=first,
    )
    _check_heads(architecture)
    return architecture


def _check_heads(architecture: Architecture) -> None:
    heads, width = architecture.heads, architecture.width
    if heads < 1 or width % heads:
        raise ModelFault(
            f"config.json has {heads} attention heads for states of {width} numbers: the number of "
            "heads must be above zero and divide the other"
        )


def _is_unusual(config: Mapping[str, Any]) -> bool:
    """Whether the network differs from the plain one: relative positions, a decoder."""
    absolute = config.get("position_embedding_type", "absolute") in (None, "absolute")
    return not absolute or bool(config.get("is_decoder")) or bool(config.get("add_cross_attention"))


def _first_position(family: Family, config: Mapping[str, Any]) -> int:
    """RoBERTa counts positions from the one after its padding id."""
    if family is not Family.ROBERTA:
        return 0
    padding = config.get("pad_token_id")
    return (ROBERTA_PADDING_ID if padding is None else int(padding)) + 1
