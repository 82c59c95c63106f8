from __future__ import annotations

import math

import pytest
import torch

from allot_runtime.models.architecture import Activation
from allot_runtime.models.layers import LayerNorm
from allot_runtime.models.layout import plan_layout
from allot_runtime.models.linear import build_plain
from allot_runtime.models.packing import Encoded
from allot_runtime.models.vocabulary import LogitsWeigher, VocabularyHead, find_largest

WIDTH, WORDS = 8, 11


def test_words_are_weighed_by_the_largest_logit_of_any_token() -> None:
    logits = torch.tensor([[1.0, -5.0, 0.0], [math.e - 1, -1.0, -2.0], [9.0, 9.0, 9.0]])

    weights = LogitsWeigher().weigh(Encoded(logits, plan_layout([2])))

    assert weights.tolist() == [pytest.approx([1.0, 0.0, 0.0])]


def test_the_largest_is_found_in_each_sequence_alone() -> None:
    logits = torch.tensor([[5.0], [1.0], [2.0], [4.0], [3.0]])

    assert find_largest(Encoded(logits, plan_layout([1, 2, 2]))).tolist() == [[5.0], [2.0], [4.0]]


def test_blocks_and_the_late_bias_change_nothing() -> None:
    torch.manual_seed(3)
    norm = LayerNorm(torch.ones(WIDTH), torch.zeros(WIDTH), 1e-12)
    transform, decoder, bias = torch.eye(WIDTH), torch.randn(WORDS, WIDTH), torch.randn(WORDS)
    head = VocabularyHead(
        transform=build_plain(transform, None),
        activation=Activation.RELU,
        norm=norm,
        decoder=(build_plain(decoder[:4], None), build_plain(decoder[4:], None)),
        bias=bias,
    )
    states = torch.randn(5, WIDTH)

    weights = head.weigh(Encoded(states, plan_layout([3, 2])))

    logits = norm.apply(torch.relu(states)) @ decoder.T + bias
    usual = torch.log1p(torch.relu(logits))
    expected = torch.stack([usual[2:5].amax(0), usual[:2].amax(0)])
    torch.testing.assert_close(weights, expected, atol=1e-5, rtol=0)
