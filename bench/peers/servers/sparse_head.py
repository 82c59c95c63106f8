"""A sparse model's passes, ours and the usual way, told what to do by lines of JSON.

{"vectors": [TEXT, ...]}              → {"vectors": [{WORD: WEIGHT}, ...]}
{"time": [TEXT, ...], "seconds": S}   → {"whole": SECONDS, "encoder": SECONDS}
{"memory": [TEXT, ...]}               → {"whole": MIB, "encoder": MIB} growth of the peak

The head's share is the whole less the encoder's: so it is measured through the same door, that a
server uses, however an engine divides its work inside.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

LONGEST = 256
PASSES = ("whole", "encoder")
RESET_PEAK = "5"

Pass = Callable[[Sequence[str]], Any]


def build_allot(folder: Path) -> dict[str, Pass]:
    """Return ours: the sparse model, and a dense one over the same encoder."""
    from allot_api.trained_model import TrainedModelSpec
    from allot_runtime.models.loading import load_model

    def build(task: str) -> Pass:
        document = {
            "source": {"uri": folder.resolve().as_uri()},
            "task_types": [task],
            "max_sequence_length": LONGEST,
        }
        model = load_model(TrainedModelSpec.model_validate(document), folder)
        return lambda texts: model.compute([model.tokenize(text) for text in texts])

    return {"whole": build("sparse_embedding"), "encoder": build("text_embedding")}


def build_usual(folder: Path) -> dict[str, Pass]:
    """Return the usual way: pad, logits of all, log1p(relu), mask, max; then the words."""
    import torch
    from transformers import AutoTokenizer, BertForMaskedLM

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = BertForMaskedLM.from_pretrained(folder).eval()
    words = tokenizer.convert_ids_to_tokens(range(model.config.vocab_size))

    def encode(texts: Sequence[str]) -> Any:
        inputs = tokenizer(
            list(texts), padding=True, truncation=True, max_length=LONGEST, return_tensors="pt"
        )
        return inputs["attention_mask"], model.bert(**inputs).last_hidden_state

    def weigh(texts: Sequence[str]) -> list[dict[str, float]]:
        mask, hidden = encode(texts)
        weights = torch.log1p(torch.relu(model.cls(hidden))) * mask.unsqueeze(-1)
        return [
            {words[index]: vector[index].item() for index in vector.nonzero()[:, 0].tolist()}
            for vector in weights.amax(dim=1)
        ]

    return {"whole": weigh, "encoder": encode}


def to_words(output: Any) -> dict[str, float]:
    """Return words and weights of either's output."""
    weights = getattr(output, "weights", output)
    return {word: float(weight) for word, weight in weights.items()}


def measure_time(passes: dict[str, Pass], texts: Sequence[str], seconds: float) -> dict[str, float]:
    """Return the median time of each pass; they take turns."""
    times: dict[str, list[float]] = {name: [] for name in PASSES}
    deadline = time.perf_counter() + seconds
    while not times["encoder"] or time.perf_counter() < deadline:
        for name in PASSES:
            began = time.perf_counter()
            passes[name](texts)
            times[name].append(time.perf_counter() - began)
    return {name: statistics.median(taken) for name, taken in times.items()}


def measure_memory(passes: dict[str, Pass], texts: Sequence[str]) -> dict[str, float]:
    """Return by how many MiB each pass raises the process' peak above what it held before both.

    The encoder goes first: what it leaves with the allocator counts for the whole pass too.
    """
    before = _read_status("VmRSS")
    return {name: (_measure_peak(passes[name], texts) - before) / 1024 for name in reversed(PASSES)}


def _measure_peak(one: Pass, texts: Sequence[str]) -> int:
    Path("/proc/self/clear_refs").write_text(RESET_PEAK)
    one(texts)
    return _read_status("VmHWM")


def _read_status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def answer(passes: dict[str, Pass], asked: dict[str, Any]) -> dict[str, Any]:
    """Return what is asked for."""
    if "vectors" in asked:
        return {"vectors": [to_words(output) for output in passes["whole"](asked["vectors"])]}
    if "memory" in asked:
        return measure_memory(passes, asked["memory"])
    return measure_time(passes, asked["time"], asked["seconds"])


def main() -> None:
    """Answer until the input ends."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", choices=("allot", "usual"), required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    build = build_allot if options.way == "allot" else build_usual
    with torch.inference_mode():
        passes = build(options.model)
        for name in PASSES:
            passes[name](["hello world"])
        tell({"ready": True})
        for line in sys.stdin:
            tell(answer(passes, json.loads(line)))


def tell(document: dict[str, Any]) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
