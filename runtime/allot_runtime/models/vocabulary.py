"""The sparse head: states to weights over the vocabulary (SPLADE).

A word's weight is the largest over the tokens of log(1 + relu(logit)), Formal et al. 2021
(SPLADE v2). Both functions keep the order, and the bias is the same for every token: so the
largest logit is taken first, and bias, relu and logarithm are applied once a word instead of once
a word and token. And as words don't depend on one another, the vocabulary goes in blocks: the
logits of 1,024 tokens and 30,522 words would take 125 MB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from allot_runtime.models.architecture import Activation, Architecture, Family
from allot_runtime.models.layers import LayerNorm
from allot_runtime.models.linear import Linear
from allot_runtime.models.packing import Encoded, unsort
from allot_runtime.models.weights import Weights

WORDS = "embeddings.word_embeddings.weight"
# Words whose logits are computed together: for 1,024 tokens they take 8 MB, which stay in the cache
# while the largest are found.
BLOCK_WORDS = 2048


class WordWeigher(Protocol):
    """Whatever makes weights of states."""

    def weigh(self, encoded: Encoded) -> Tensor:
        """Return a weight of at least 0 for every word, [batch, vocabulary]."""
        ...


@dataclass(frozen=True, slots=True)
class VocabularyHead:
    """The head of a model for masked language modelling, its decoder in blocks of words."""

    transform: Linear
    activation: Activation
    norm: LayerNorm
    decoder: tuple[Linear, ...]
    bias: Tensor

    def weigh(self, encoded: Encoded) -> Tensor:
        """Return a weight of at least 0 for every word, [batch, vocabulary]."""
        states = self.norm.apply(self.transform.activate(encoded.states, self.activation))
        largest = self.bias.new_empty([len(encoded.layout.order), len(self.bias)])
        done = 0
        for block in self.decoder:
            found = find_largest(Encoded(block.apply(states), encoded.layout))
            largest[:, done : done + found.shape[1]] = found
            done += found.shape[1]
        return saturate(largest.add_(self.bias), encoded)


class LogitsWeigher:
    """Weights of logits, where a model has applied its own head."""

    def weigh(self, encoded: Encoded) -> Tensor:
        """Return a weight of at least 0 for every word, [batch, vocabulary]."""
        return saturate(find_largest(encoded).float(), encoded)


def find_largest(logits: Encoded) -> Tensor:
    """Return each word's largest logit in each sequence, [batch, words], in the layout's order."""
    return torch.cat([rows.amax(dim=1) for _, rows in logits.runs()])


def saturate(largest: Tensor, encoded: Encoded) -> Tensor:
    """Return log(1 + relu(logit)), in the caller's order; overwrites what it is given."""
    return unsort(functional.relu(largest, inplace=True).log1p_(), encoded.layout)


def take_vocabulary_head(architecture: Architecture, weights: Weights) -> VocabularyHead:
    """Return the head of a model saved for masked language modelling; raises ModelFault."""
    activation = architecture.activation
    match architecture.family:
        case Family.BERT:
            names = ("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm")
            decoder, bias = "cls.predictions.decoder", "cls.predictions.bias"
        case Family.ROBERTA:
            names = ("lm_head.dense", "lm_head.layer_norm")
            decoder, bias = "lm_head.decoder", "lm_head.bias"
            activation = Activation.GELU
        case Family.DISTILBERT:
            names = ("vocab_transform", "vocab_layer_norm")
            decoder, bias = "vocab_projector", "vocab_projector.bias"
    # Where the decoder's weight was not saved it is the word embeddings', tied.
    weight = f"{decoder}.weight"
    stored = weights.take(weight if weights.has(weight) else WORDS)
    return VocabularyHead(
        transform=weights.take_linear(names[0]),
        activation=activation,
        norm=weights.take_norm(names[1], architecture.epsilon),
        decoder=_cut(stored, weights),
        bias=weights.take_stored(bias if weights.has(bias) else f"{decoder}.bias").float(),
    )


def _cut(weight: Tensor, weights: Weights) -> tuple[Linear, ...]:
    starts = range(0, weight.shape[0], BLOCK_WORDS)
    blocks = (weight[start : start + BLOCK_WORDS] for start in starts)
    return tuple(weights.build_linear(block, None) for block in blocks)
