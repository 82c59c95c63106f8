from __future__ import annotations

from typing import Any

import pytest

from allot_runtime.models.architecture import (
    Activation,
    Architecture,
    Family,
    parse_architecture,
)

BERT: dict[str, Any] = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "num_hidden_layers": 6,
    "num_attention_heads": 12,
    "hidden_size": 384,
    "intermediate_size": 1536,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512,
}


def test_bert() -> None:
    assert parse_architecture(BERT) == Architecture(
        Family.BERT, layers=6, heads=12, width=384, feed_forward_width=1536,
        epsilon=1e-12, activation=Activation.GELU, max_tokens=512, first_position=0,
    )  # fmt: skip


@pytest.mark.parametrize("model_type", ["roberta", "xlm-roberta", "camembert"])
def test_roberta_counts_positions_after_its_padding_id(model_type: str) -> None:
    config = BERT | {"model_type": model_type, "max_position_embeddings": 514, "pad_token_id": 1}

    found = parse_architecture(config)

    assert found is not None
    assert (found.family, found.first_position, found.max_tokens) == (Family.ROBERTA, 2, 512)


def test_distilbert_has_names_of_its_own() -> None:
    config = {
        "model_type": "distilbert", "activation": "gelu", "n_layers": 3, "n_heads": 4,
        "dim": 32, "hidden_dim": 48, "max_position_embeddings": 512,
    }  # fmt: skip

    found = parse_architecture(config)

    assert found is not None
    assert (found.family, found.layers, found.heads) == (Family.DISTILBERT, 3, 4)
    assert (found.width, found.feed_forward_width) == (32, 48)


@pytest.mark.parametrize(
    "change",
    [
        {"model_type": "electra"},
        {"hidden_act": "swish"},
        {"position_embedding_type": "relative_key"},
        {"is_decoder": True},
        {"add_cross_attention": True},
    ],
)
def test_other_networks_are_not_ours(change: dict[str, Any]) -> None:
    assert parse_architecture(BERT | change) is None
