from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from allot_api.terms import WeightsFormat
from allot_api.trained_model import ModelFile
from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.checking import (
    check_complete,
    check_remote,
    check_sizes,
    check_sums,
    compute_digest,
    compute_sha256,
    is_served,
    list_served,
)
from allot_runtime.sources.source import RemoteFile

EMPTY = hashlib.sha256(b"").hexdigest()


def a_file(path: str = "config.json", **fields: object) -> ModelFile:
    return ModelFile.model_validate({"path": path, **fields})


@pytest.mark.parametrize("path", ["config.json", "model-00001-of-00002.safetensors", "vocab.txt"])
def test_what_a_model_is_made_of_is_served(path: str) -> None:
    assert is_served(path)


@pytest.mark.parametrize(
    "path", ["README.md", "pytorch_model.bin", "onnx/model.safetensors", "1_Pooling/config.json"]
)
def test_what_lies_beside_is_not(path: str) -> None:
    assert not is_served(path)


def test_a_folder_lists_what_is_served(tmp_path: Path) -> None:
    for name in ("model.safetensors", "README.md", "config.json"):
        (tmp_path / name).touch()

    assert list_served(tmp_path) == ["config.json", "model.safetensors"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["model.safetensors"], "it has no config.json"),
        (["config.json"], "it has no model.safetensors"),
        ([], "it has no config.json and no model.safetensors"),
    ],
)
def test_what_every_model_needs_is_missed_by_name(names: list[str], message: str) -> None:
    with pytest.raises(SourceFault, match=message) as fault:
        check_complete(names, "it")

    assert fault.value.reason is SourceReason.NOT_FOUND


PICKLES = ["config.json", "pytorch_model.bin"]


def test_pickled_weights_are_served_only_where_they_are_asked_for() -> None:
    assert is_served("pytorch_model-00001-of-00002.bin", WeightsFormat.PICKLE)
    assert not is_served("training_args.bin", WeightsFormat.PICKLE)
    assert not is_served("model.safetensors", WeightsFormat.PICKLE)
    check_complete(PICKLES, "it", WeightsFormat.PICKLE)

    with pytest.raises(SourceFault, match=r"write source\.format: pickle") as fault:
        check_complete(PICKLES, "it")

    assert fault.value.reason is SourceReason.UNSAFE_FORMAT


def test_a_source_is_held_to_what_is_declared_before_anything_is_fetched() -> None:
    there = [RemoteFile("config.json", 2)]
    check_remote(there, [a_file(size_bytes=2)], "it")

    with pytest.raises(SourceFault, match="has 2 bytes") as fault:
        check_remote(there, [a_file(size_bytes=3)], "it")
    assert fault.value.reason is SourceReason.CHECKSUM_MISMATCH
    with pytest.raises(SourceFault, match=r"it has no b\.json") as fault:
        check_remote(there, [a_file("b.json")], "it")
    assert fault.value.reason is SourceReason.NOT_FOUND


def test_a_size_that_differs_is_told_with_both(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(b"{}")
    check_sizes(tmp_path, [a_file(size_bytes=2), a_file()])

    with pytest.raises(SourceFault, match=r"has 2 bytes where source\.files says 3") as fault:
        check_sizes(tmp_path, [a_file(size_bytes=3)])

    assert fault.value.reason is SourceReason.CHECKSUM_MISMATCH


def test_a_declared_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceFault, match=r"other\.json is not there") as fault:
        check_sizes(tmp_path, [a_file("other.json")])

    assert fault.value.reason is SourceReason.NOT_FOUND


def test_a_sum_that_differs_is_told_with_both() -> None:
    check_sums({"config.json": EMPTY}, [a_file(sha256=EMPTY), a_file()])

    with pytest.raises(SourceFault, match=f"{EMPTY} where source.files says {'0' * 64}") as fault:
        check_sums({"config.json": EMPTY}, [a_file(sha256="0" * 64)])

    assert fault.value.reason is SourceReason.CHECKSUM_MISMATCH


def test_a_digest_is_of_what_sha256sum_prints(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"")
    lines = f"{'1' * 64}  a\n{EMPTY}  b\n"

    digest = compute_digest({"b": compute_sha256(tmp_path / "b"), "a": "1" * 64})

    assert digest == f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"
