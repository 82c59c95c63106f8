"""A BERT of a given size with random weights of a fixed seed, saved as transformers saves it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    BertModel,
    PreTrainedModel,
)

SEED = 20
# A trained SPLADE gives about 200 of 30,522 words a weight: random ones would give half of them.
KEPT_WORDS = 200
SAMPLE = "The method returns a copy of the string in which each character has been mapped. " * 5
CLASSES = {"dense": BertModel, "pairs": BertForSequenceClassification, "sparse": BertForMaskedLM}


def make(shape: dict[str, Any]) -> PreTrainedModel:
    """Return the model."""
    torch.manual_seed(SEED)
    config = BertConfig(
        vocab_size=shape["vocabulary"],
        hidden_size=shape["hidden"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        intermediate_size=shape["intermediate"],
        num_labels=1,
    )
    return CLASSES[shape["task"]](config).eval()


def thin_out(model: PreTrainedModel, folder: Path) -> None:
    """Lower the vocabulary's bias until a passage gives as many words a weight as trained ones."""
    inputs = AutoTokenizer.from_pretrained(folder)(SAMPLE, return_tensors="pt")
    with torch.inference_mode():
        heaviest = model(**inputs).logits[0].amax(dim=0)
    threshold = heaviest.topk(KEPT_WORDS).values[-1].item()
    with torch.no_grad():
        model.cls.predictions.bias.sub_(threshold)


def main() -> None:
    """Take folder and shape from the command line."""
    folder, shape = Path(sys.argv[1]), json.loads(sys.argv[2])
    model = make(shape)
    if shape["task"] == "sparse":
        thin_out(model, folder)
    model.save_pretrained(folder)


if __name__ == "__main__":
    main()
