"""What scores a pair after the encoder: the classification heads of the three families."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from allot_runtime.errors import ModelFault
from allot_runtime.models.architecture import Architecture, Family
from allot_runtime.models.linear import Linear
from allot_runtime.models.weights import Weights

RELEVANT_OR_NOT = 2


@dataclass(frozen=True, slots=True)
class ScoreHead:
    """The classification head over each first token's state."""

    dense: Linear
    activation: Callable[[Tensor], Tensor]
    output: Linear

    def apply(self, first: Tensor) -> Tensor:
        """Return logits, [batch, labels], of states [batch, width]."""
        return self.output.apply(self.activation(self.dense.apply(first)))


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
