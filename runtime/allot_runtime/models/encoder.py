"""A BERT-like encoder in plain torch: token ids to hidden states.

    ids [batch, tokens] → embeddings → layers of (attention, feed-forward) → [batch, tokens, hidden]

Every block is post-norm, as in the BERT paper: x = norm(x + f(x)).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from allot_runtime.models.architecture import Activation, Architecture, Family
from allot_runtime.models.padding import PaddedBatch
from allot_runtime.models.weights import LayerNorm, Linear, Weights

ACTIVATIONS: dict[Activation, Callable[[Tensor], Tensor]] = {
    Activation.GELU: functional.gelu,
    Activation.GELU_TANH: partial(functional.gelu, approximate="tanh"),
    Activation.RELU: functional.relu,
}


class Encoder(Protocol):
    """Anything that makes hidden states [batch, tokens, hidden] of a padded batch."""

    def encode(self, batch: PaddedBatch) -> Tensor:
        """Return the last hidden states; what lies under padding has no meaning."""
        ...


@dataclass(frozen=True, slots=True)
class LayerNames:
    """What one family calls the parts of a layer, below the layer's own name."""

    layer: str
    projections: tuple[str, str, str]
    attention_output: str
    attention_norm: str
    up: str
    down: str
    norm: str


_BERT_NAMES = LayerNames(
    layer="encoder.layer.{}",
    projections=("attention.self.query", "attention.self.key", "attention.self.value"),
    attention_output="attention.output.dense",
    attention_norm="attention.output.LayerNorm",
    up="intermediate.dense",
    down="output.dense",
    norm="output.LayerNorm",
)
NAMES = {
    Family.BERT: _BERT_NAMES,
    Family.ROBERTA: _BERT_NAMES,
    Family.DISTILBERT: LayerNames(
        layer="transformer.layer.{}",
        projections=("attention.q_lin", "attention.k_lin", "attention.v_lin"),
        attention_output="attention.out_lin",
        attention_norm="sa_layer_norm",
        up="ffn.lin1",
        down="ffn.lin2",
        norm="output_layer_norm",
    ),
}


@dataclass(frozen=True, slots=True)
class Layer:
    """One block; `projection` makes queries, keys and values in one product."""

    projection: Linear
    attention_output: Linear
    attention_norm: LayerNorm
    up: Linear
    down: Linear
    norm: LayerNorm


class BertEncoder:
    """The encoder of the BERT, RoBERTa and DistilBERT families."""

    def __init__(self, architecture: Architecture, weights: Weights) -> None:
        self._architecture = architecture
        self._activation = ACTIVATIONS[architecture.activation]
        self._words = weights.take("embeddings.word_embeddings.weight")
        self._positions = weights.take("embeddings.position_embeddings.weight")
        types = "embeddings.token_type_embeddings.weight"
        self._types = weights.take(types) if weights.has(types) else None
        self._norm = weights.take_norm("embeddings.LayerNorm", architecture.epsilon)
        self._layers = [
            _take_layer(weights, architecture, index) for index in range(architecture.layers)
        ]

    def encode(self, batch: PaddedBatch) -> Tensor:
        """Return the last hidden states, [batch, tokens, hidden]."""
        hidden = self._embed(batch)
        # A row of the mask for every query: who may be looked at. None lets torch choose its
        # fastest kernel when nothing is padded.
        mask = None if bool(batch.mask.all()) else batch.mask[:, None, None, :]
        for layer in self._layers:
            hidden = layer.attention_norm.apply(hidden + self._attend(layer, hidden, mask))
            between = self._activation(layer.up.apply(hidden))
            hidden = layer.norm.apply(hidden + layer.down.apply(between))
        return hidden

    def _embed(self, batch: PaddedBatch) -> Tensor:
        first = self._architecture.first_position
        tokens = batch.ids.shape[1]
        hidden = functional.embedding(batch.ids, self._words)
        hidden = hidden + self._positions[first : first + tokens]
        if self._types is not None:
            # RoBERTa has one type only, whatever the tokenizer says.
            types = batch.type_ids.clamp(max=self._types.shape[0] - 1)
            hidden = hidden + functional.embedding(types, self._types)
        return self._norm.apply(hidden)

    def _attend(self, layer: Layer, hidden: Tensor, mask: Tensor | None) -> Tensor:
        rows, tokens, width = hidden.shape
        heads = self._architecture.heads
        parts = layer.projection.apply(hidden).view(rows, tokens, 3, heads, width // heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return layer.attention_output.apply(mixed.transpose(1, 2).reshape(rows, tokens, width))


def _take_layer(weights: Weights, architecture: Architecture, index: int) -> Layer:
    names = NAMES[architecture.family]
    prefix = names.layer.format(index)
    thirds = [weights.take_linear(f"{prefix}.{name}") for name in names.projections]
    biases = [third.bias for third in thirds if third.bias is not None]
    return Layer(
        projection=Linear(
            torch.cat([third.weight for third in thirds]), torch.cat(biases) if biases else None
        ),
        attention_output=weights.take_linear(f"{prefix}.{names.attention_output}"),
        attention_norm=weights.take_norm(f"{prefix}.{names.attention_norm}", architecture.epsilon),
        up=weights.take_linear(f"{prefix}.{names.up}"),
        down=weights.take_linear(f"{prefix}.{names.down}"),
        norm=weights.take_norm(f"{prefix}.{names.norm}", architecture.epsilon),
    )
