"""A BERT-like encoder in plain torch, without padding: token ids to hidden states.

    ids [rows] → embeddings → layers of (attention, feed-forward) → states [rows, width]

Every block is post-norm, as in the BERT paper: x = norm(x + f(x)). All but attention is the same
for every token, so the tokens of a batch lie one after another and nothing is computed for
padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from allot_runtime.models.architecture import Architecture, Family
from allot_runtime.models.attention import Span, attend, plan_spans
from allot_runtime.models.interface import TokenSequence
from allot_runtime.models.linear import Linear
from allot_runtime.models.packing import Encoded, PackedBatch, pack
from allot_runtime.models.weights import LayerNorm, Weights


class Encoder(Protocol):
    """Anything that makes states of token sequences."""

    def encode(self, batch: Sequence[TokenSequence]) -> Encoded:
        """Return the last hidden states of a batch."""
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

    def __init__(self, architecture: Architecture, weights: Weights, dtype: torch.dtype) -> None:
        self._architecture = architecture
        self._dtype = dtype
        # As they lie in the file, mapped into memory: a batch reads few of 250,000 rows.
        self._words = weights.take_stored("embeddings.word_embeddings.weight")
        self._positions = weights.take_stored("embeddings.position_embeddings.weight").float()
        types = "embeddings.token_type_embeddings.weight"
        self._types = weights.take_stored(types).float() if weights.has(types) else None
        self._norm = weights.take_norm("embeddings.LayerNorm", architecture.epsilon)
        self._layers = [
            _take_layer(weights, architecture, index) for index in range(architecture.layers)
        ]

    def encode(self, batch: Sequence[TokenSequence]) -> Encoded:
        """Return the last hidden states of a batch, [rows, width]."""
        packed = pack(batch)
        spans = plan_spans(packed.layout, self._dtype)
        hidden = self._norm.apply(self._embed(packed).to(self._dtype))
        for layer in self._layers:
            hidden = self._apply_layer(layer, hidden, spans)
        return Encoded(hidden, packed.layout)

    def _embed(self, batch: PackedBatch) -> Tensor:
        hidden = functional.embedding(batch.ids, self._words).float()
        hidden += self._positions[batch.positions + self._architecture.first_position]
        if self._types is not None:
            # RoBERTa has one type only, whatever the tokenizer says.
            hidden += self._types[batch.type_ids.clamp(max=self._types.shape[0] - 1)]
        return hidden

    def _apply_layer(self, layer: Layer, hidden: Tensor, spans: Sequence[Span]) -> Tensor:
        mixed = attend(layer.projection.apply(hidden), spans, self._architecture.heads)
        hidden = layer.attention_norm.apply(layer.attention_output.apply(mixed).add_(hidden))
        between = layer.up.activate(hidden, self._architecture.activation)
        return layer.norm.apply(layer.down.apply(between).add_(hidden))


def _take_layer(weights: Weights, architecture: Architecture, index: int) -> Layer:
    names = NAMES[architecture.family]
    prefix = names.layer.format(index)
    projections = (f"{prefix}.{name}" for name in names.projections)
    return Layer(
        projection=weights.take_linear(*projections),
        attention_output=weights.take_linear(f"{prefix}.{names.attention_output}"),
        attention_norm=weights.take_norm(f"{prefix}.{names.attention_norm}", architecture.epsilon),
        up=weights.take_linear(f"{prefix}.{names.up}"),
        down=weights.take_linear(f"{prefix}.{names.down}"),
        norm=weights.take_norm(f"{prefix}.{names.norm}", architecture.epsilon),
    )
