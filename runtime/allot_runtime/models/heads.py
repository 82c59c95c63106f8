"""What comes after the encoder: a vocabulary's logits, or the score of a pair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from allot_runtime.errors import ModelFault
from allot_runtime.models.architecture import Activation, Architecture, Family
from allot_runtime.models.encoder import ACTIVATIONS
from allot_runtime.models.weights import LayerNorm, Linear, Weights

WORDS = "embeddings.word_embeddings.weight"
RELEVANT_OR_NOT = 2


@dataclass(frozen=True, slots=True)
class VocabularyHead:
    """The masked-language-model head: hidden states to logits over the vocabulary."""

    transform: Linear
    activation: Callable[[Tensor], Tensor]
    norm: LayerNorm
    decoder: Linear

    def apply(self, hidden: Tensor) -> Tensor:
        """Return logits, [..., vocabulary]."""
        return self.decoder.apply(self.norm.apply(self.activation(self.transform.apply(hidden))))


def take_vocabulary_head(architecture: Architecture, weights: Weights) -> VocabularyHead:
    """Return the head of a model saved for masked language modelling; raises ModelFault."""
    activation = ACTIVATIONS[architecture.activation]
    match architecture.family:
        case Family.BERT:
            names = ("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm")
            decoder, bias = "cls.predictions.decoder", "cls.predictions.bias"
        case Family.ROBERTA:
            names = ("lm_head.dense", "lm_head.layer_norm")
            decoder, bias = "lm_head.decoder", "lm_head.bias"
            activation = ACTIVATIONS[Activation.GELU]
        case Family.DISTILBERT:
            names = ("vocab_transform", "vocab_layer_norm")
            decoder, bias = "vocab_projector", "vocab_projector.bias"
    return VocabularyHead(
        transform=weights.take_linear(names[0]),
        activation=activation,
        norm=weights.take_norm(names[1], architecture.epsilon),
        decoder=_take_decoder(weights, decoder, bias),
    )


def _take_decoder(weights: Weights, decoder: str, bias: str) -> Linear:
    """Return the decoder; where its weight was not saved it is the word embeddings', tied."""
    weight = f"{decoder}.weight"
    bias = bias if weights.has(bias) else f"{decoder}.bias"
    return Linear(weights.take(weight if weights.has(weight) else WORDS), weights.take(bias))


@dataclass(frozen=True, slots=True)
class ScoreHead:
    """The classification head over the first token: hidden states to labels."""

    dense: Linear
    activation: Callable[[Tensor], Tensor]
    output: Linear

    def apply(self, hidden: Tensor) -> Tensor:
        """Return logits, [batch, labels]."""
        return self.output.apply(self.activation(self.dense.apply(hidden[:, 0])))


def take_score_head(architecture: Architecture, weights: Weights) -> ScoreHead:
    """Return the head of a model saved for sequence classification; raises ModelFault."""
    activation: Callable[[Tensor], Tensor] = torch.tanh
    match architecture.family:
        case Family.BERT:
            dense, output = "pooler.dense", "classifier"
        case Family.ROBERTA:
            dense, output = "classifier.dense", "classifier.out_proj"
        case Family.DISTILBERT:
            dense, output, activation = "pre_classifier", "classifier", functional.relu
    return ScoreHead(weights.take_linear(dense), activation, weights.take_linear(output))


def choose_score(logits: Tensor) -> Tensor:
    """Return one score for each pair, [batch], of logits [batch, labels].

    One label is the score itself; of two, the second means "relevant", and its margin over
    the first orders as its probability does. Raises ModelFault for more.
    """
    labels = logits.shape[-1]
    if labels == 1:
        return logits[:, 0]
    if labels == RELEVANT_OR_NOT:
        return logits[:, 1] - logits[:, 0]
    raise ModelFault(f"a cross-encoder has one label or two, and this model has {labels}")


def choose_sparse_weights(logits: Tensor) -> Tensor:
    """Return SPLADE's weights, [vocabulary], of one sequence's logits [tokens, vocabulary].

    max over tokens of log(1 + relu(logit)), Formal et al. 2021 (SPLADE v2). The maximum comes
    first, as the logarithm keeps the order: one logarithm a word instead of one a word and token.
    """
    return torch.log1p(functional.relu(logits.amax(dim=0)))
