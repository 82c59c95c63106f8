"""Whether files are what the TrainedModel says, and the digest that names them all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from allot_api.terms import WeightsFormat
from allot_api.trained_model import ModelFile
from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.source import RemoteFile

# Everything that changes what a model answers; a README or other weights beside them do not.
SERVED_NAMES = frozenset(
    {
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "added_tokens.json",
        "vocab.txt",
        "vocab.json",
        "merges.txt",
        "sentencepiece.bpe.model",
        "spiece.model",
        "tokenizer.model",
        "model.safetensors.index.json",
    }
)
# Whole weights have one name, and the parts of large ones are numbered beside an index.
WEIGHTS = {
    WeightsFormat.SAFETENSORS: re.compile(r"[^/]+\.safetensors"),
    WeightsFormat.PICKLE: re.compile(r"pytorch_model(-\d+-of-\d+)?\.bin(\.index\.json)?"),
}
USUAL_WEIGHTS = {
    WeightsFormat.SAFETENSORS: "model.safetensors",
    WeightsFormat.PICKLE: "pytorch_model.bin",
}


def is_weights(path: str, weights: WeightsFormat) -> bool:
    """Whether a file of a source, at its top level, holds weights of a format."""
    return WEIGHTS[weights].fullmatch(path) is not None


def is_served(path: str, weights: WeightsFormat = WeightsFormat.SAFETENSORS) -> bool:
    """Whether a file of a source, at its top level, takes part in serving."""
    return path in SERVED_NAMES or is_weights(path, weights)


def list_served(folder: Path, weights: WeightsFormat = WeightsFormat.SAFETENSORS) -> list[str]:
    """Return the names of a folder's files that take part in serving, sorted."""
    return sorted(entry.name for entry in folder.iterdir() if is_served(entry.name, weights))


def check_complete(
    names: Iterable[str], source: str, weights: WeightsFormat = WeightsFormat.SAFETENSORS
) -> None:
    """Raise SourceFault when the files that every model needs are not all there.

    Weights that are there in the other format only are a reason of their own (UnsafeFormat).
    """
    present = set(names)
    has_weights = any(is_weights(name, weights) for name in present)
    missing = [] if "config.json" in present else ["config.json"]
    missing += [] if has_weights else [USUAL_WEIGHTS[weights]]
    if not has_weights and any(is_weights(name, WeightsFormat.PICKLE) for name in present):
        raise SourceFault(
            SourceReason.UNSAFE_FORMAT,
            f"{source} has pytorch_model.bin and no model.safetensors: reading a pickle can be "
            "made to run code: name a source with safetensors weights, or, if you trust this one, "
            "write source.format: pickle",
        )
    if missing:
        raise SourceFault(SourceReason.NOT_FOUND, f"{source} has no {' and no '.join(missing)}")


def check_remote(files: Iterable[RemoteFile], declared: Iterable[ModelFile], source: str) -> None:
    """Raise SourceFault when a source lacks a declared file or has it in another size."""
    sizes = {file.path: file.size for file in files}
    for file in declared:
        if file.path not in sizes:
            raise SourceFault(
                SourceReason.NOT_FOUND, f"{source} has no {file.path}, which source.files names"
            )
        _check_size(file, sizes[file.path])


def compute_sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_sizes(folder: Path, declared: Iterable[ModelFile]) -> None:
    """Raise SourceFault when a declared file is missing or of another size."""
    for file in declared:
        path = folder / file.path
        if not path.is_file():
            raise SourceFault(SourceReason.NOT_FOUND, f"source.files: {file.path} is not there")
        _check_size(file, path.stat().st_size)


def _check_size(file: ModelFile, size: int) -> None:
    if file.size_bytes is not None and size != file.size_bytes:
        raise SourceFault(
            SourceReason.CHECKSUM_MISMATCH,
            f"{file.path} has {size} bytes where source.files says {file.size_bytes}",
        )


def check_sums(sums: Mapping[str, str], declared: Iterable[ModelFile]) -> None:
    """Raise SourceFault when a declared file has another sha256."""
    for file in declared:
        found = sums.get(file.path)
        if file.sha256 is not None and found != file.sha256:
            raise SourceFault(
                SourceReason.CHECKSUM_MISMATCH,
                f"{file.path} has sha256 {found} where source.files says {file.sha256}: it is "
                "not the file that was meant, or it was damaged on the way",
            )


def compute_digest(sums: Mapping[str, str]) -> str:
    """Return one digest for a set of files: sha256 of the lines that `sha256sum` would print."""
    lines = "".join(f"{total}  {name}\n" for name, total in sorted(sums.items()))
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"
