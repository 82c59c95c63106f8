"""A BERT-like encoder in plain torch, without padding: token ids to hidden states.

    ids [rows] → embeddings → layers of (attention, feed-forward) → states [rows, width]

All but attention is the same for every token, so the tokens of a batch lie one after another and
nothing is computed for padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from allot_runtime.models.architecture import Architecture, Family
from allot_runtime.models.attention import WINDOW_ROWS, plan_spans
from allot_runtime.models.interface import TokenSequence
from allot_runtime.models.layers import Layer, compile_layers
from allot_runtime.models.linear import FUNCTIONS
from allot_runtime.models.packing import Encoded, PackedBatch, pack
from allot_runtime.models.weights import Weights


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


class BertEncoder:
    """The encoder of the BERT, RoBERTa and DistilBERT families."""

    def __init__(
        self,
        architecture: Architecture,
        weights: Weights,
        dtype: torch.dtype,
        window_rows: int = WINDOW_ROWS,
    ) -> None:
        """Take the weights; so many rows of short sequences share a product of attention."""
        self._architecture = architecture
        self._dtype = dtype
        self._window_rows = window_rows
        # As they lie in the file, mapped into memory: a batch reads few of 250,000 rows.
        self._words = weights.take_stored("embeddings.word_embeddings.weight")
        self._positions = weights.take_stored("embeddings.position_embeddings.weight").float()
        types = "embeddings.token_type_embeddings.weight"
        self._types = weights.take_stored(types).float() if weights.has(types) else None
        self._norm = weights.take_norm("embeddings.LayerNorm", architecture.epsilon)
        self._layers = [
            _take_layer(weights, architecture, index) for index in range(architecture.layers)
        ]
        self._activation = FUNCTIONS[architecture.activation]
        self._compute = compile_layers()

    def encode(self, batch: Sequence[TokenSequence]) -> Encoded:
        """Return the last hidden states of a batch, [rows, width]."""
        packed = pack(batch)
        hidden = self._norm.apply(self._embed(packed).to(self._dtype))
        spans = plan_spans(packed.layout, self._dtype, self._window_rows)
        heads = self._architecture.heads
        states = self._compute(hidden, self._layers, spans, heads, self._activation)
        return Encoded(states, packed.layout)

    def _embed(self, batch: PackedBatch) -> Tensor:
        hidden = functional.embedding(batch.ids, self._words).float()
        positions = batch.positions + self._architecture.first_position
        hidden += functional.embedding(positions, self._positions)
        if self._types is not None:
            # RoBERTa has one type only, whatever the tokenizer says.
            types = batch.type_ids.clamp(max=self._types.shape[0] - 1)
            hidden += functional.embedding(types, self._types)
        return hidden


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
