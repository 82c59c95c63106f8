"""A BERT folder's encoder as ONNX: plain for OpenVINO and optimum, fused for onnxruntime."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from onnxruntime.transformers.optimizer import optimize_model
from transformers import AutoConfig, AutoModel

INPUTS, OUTPUT = ["input_ids", "attention_mask", "token_type_ids"], "last_hidden_state"


class HiddenStates(torch.nn.Module):
    """The encoder with one output."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        """Return the last hidden states."""
        output = self.model(input_ids=ids, attention_mask=mask, token_type_ids=types)
        return output.last_hidden_state


def export(folder: Path, target: Path) -> None:
    """Write the plain graph.

    By the older exporter: onnxruntime's optimizer finds no attention in the newer one's graphs.
    """
    model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    ids = torch.ones(2, 16, dtype=torch.long)
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        HiddenStates(model).eval(),
        (ids, ids.clone(), torch.zeros_like(ids)),
        str(target),
        dynamo=False,
        opset_version=14,
        input_names=INPUTS,
        output_names=[OUTPUT],
        dynamic_axes=dict.fromkeys([*INPUTS, OUTPUT], axes),
    )


def fuse(folder: Path, source: Path, target: Path) -> None:
    """Write the graph with attention and normalization as single operators."""
    config = AutoConfig.from_pretrained(folder)
    fused = optimize_model(
        str(source),
        model_type="bert",
        num_heads=config.num_attention_heads,
        hidden_size=config.hidden_size,
        opt_level=0,
    )
    print(fused.get_fused_operator_statistics(), file=sys.stderr)
    fused.save_model_to_file(str(target))


def main() -> None:
    """Take the model's folder from the command line; files appear whole or not at all."""
    folder = Path(sys.argv[1])
    plain, fused = (folder / name / "model.onnx" for name in ("onnx", "fused"))
    for target in (plain, fused):
        target.parent.mkdir(exist_ok=True)
    half = folder / "half.onnx"
    export(folder, half)
    half.rename(plain)
    fuse(folder, plain, half)
    half.rename(fused)


if __name__ == "__main__":
    main()
