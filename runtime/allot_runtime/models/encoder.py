"""A BERT-like encoder in plain torch, without padding: token ids to hidden states.

    ids [rows] → embeddings → layers of (attention, feed-forward) → states [rows, width]

All but attention is the same for every token, so the tokens of a batch lie one after another and
nothing is computed for padding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from allot_runtime.models.architecture import Architecture, Family
from allot_runtime.models.attention import WINDOW_ROWS, plan_spans
from allot_runtime.models.few_rows import MOST_ROWS, FewRows, StoredLayer, is_worth_it
from allot_runtime.models.interface import TokenSequence
from allot_runtime.models.layers import Layer, compile_layers
from allot_runtime.models.layout import Layout
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
# Of how many layers a trial of two ways to compute them is.
TRIED_LAYERS = 2


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
            _build_layer(layer, weights) for layer in take_stored_layers(architecture, weights)
        ]
        self._activation = FUNCTIONS[architecture.activation]
        self._compute = compile_layers()
        self._few_rows: FewRows | None = None

    def adopt(self, few_rows: FewRows | None) -> None:
        """Have few rows computed by it from now on, if it is right and faster on this CPU."""
        if few_rows is None:
            return
        tried = few_rows.take_first(TRIED_LAYERS).compute

        def usual(states: Tensor, layout: Layout) -> Tensor:
            return self._compute_many(states, layout, self._layers[:TRIED_LAYERS])

        if is_worth_it(tried, usual, self._architecture.width):
            self._few_rows = few_rows

    def encode(self, batch: Sequence[TokenSequence]) -> Encoded:
        """Return the last hidden states of a batch, [rows, width]."""
        packed = pack(batch)
        hidden = self._norm.apply(self._embed(packed).to(self._dtype))
        if self._few_rows is not None and packed.layout.tokens <= MOST_ROWS:
            return Encoded(self._few_rows.compute(hidden, packed.layout), packed.layout)
        return Encoded(self._compute_many(hidden, packed.layout, self._layers), packed.layout)

    def _compute_many(self, states: Tensor, layout: Layout, layers: list[Layer]) -> Tensor:
        spans = plan_spans(layout, self._dtype, self._window_rows)
        return self._compute(states, layers, spans, self._architecture.heads, self._activation)

    def _embed(self, batch: PackedBatch) -> Tensor:
        hidden = functional.embedding(batch.ids, self._words).float()
        positions = batch.positions + self._architecture.first_position
        hidden += functional.embedding(positions, self._positions)
        if self._types is not None:
            # RoBERTa has one type only, whatever the tokenizer says.
            types = batch.type_ids.clamp(max=self._types.shape[0] - 1)
            hidden += functional.embedding(types, self._types)
        return hidden


def take_stored_layers(architecture: Architecture, weights: Weights) -> Iterator[StoredLayer]:
    """Yield the layers as they lie in their files; raises ModelFault where a tensor is missing."""
    names = NAMES[architecture.family]
    for prefix in map(names.layer.format, range(architecture.layers)):
        query, key, value = (weights.take_plain(f"{prefix}.{name}") for name in names.projections)
        yield StoredLayer(
            query=query,
            key=key,
            value=value,
            attention_output=weights.take_plain(f"{prefix}.{names.attention_output}"),
            attention_norm=weights.take_norm(
                f"{prefix}.{names.attention_norm}", architecture.epsilon
            ),
            up=weights.take_plain(f"{prefix}.{names.up}"),
            down=weights.take_plain(f"{prefix}.{names.down}"),
            norm=weights.take_norm(f"{prefix}.{names.norm}", architecture.epsilon),
        )


def _build_layer(stored: StoredLayer, weights: Weights) -> Layer:
    return Layer(
        projection=weights.join(stored.query, stored.key, stored.value),
        attention_output=weights.join(stored.attention_output),
        attention_norm=stored.attention_norm,
        up=weights.join(stored.up),
        down=weights.join(stored.down),
        norm=stored.norm,
    )
