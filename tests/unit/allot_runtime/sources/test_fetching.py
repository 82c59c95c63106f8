from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from allot_api.trained_model import ModelSource
from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.cache import Cache
from allot_runtime.sources.fetching import (
    FetchedModel,
    Surroundings,
    choose_delay,
    fetch_model,
    fetch_patiently,
)
from allot_runtime.sources.progress import Measure, Progress

WEIGHTS = b"weights"


def surroundings(tmp_path: Path, measures: list[Measure]) -> Surroundings:
    return Surroundings(
        cache=tmp_path / "cache",
        locate=lambda path: tmp_path / path.relative_to("/"),
        announce=measures.append,
        report=lambda fault: pytest.fail(f"nothing is to be tried again: {fault}"),
        claim=tmp_path / "claim",
    )


def fetch(source: ModelSource, around: Surroundings) -> FetchedModel:
    return fetch_model(source, around, Cache(around.cache))


def a_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "models" / "mine"
    folder.mkdir(parents=True)
    (folder / "config.json").write_bytes(b"{}")
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    (folder / "README.md").write_bytes(b"words")
    return folder


def a_source(uri: str = "file:///models/mine", **file: object) -> ModelSource:
    files = [{"path": "model.safetensors", **file}] if file else None
    return ModelSource.model_validate({"uri": uri, "files": files})


def test_a_folder_is_taken_as_it_is_with_its_size(tmp_path: Path) -> None:
    folder, measures = a_folder(tmp_path), list[Measure]()

    fetched = fetch(a_source(), surroundings(tmp_path, measures))

    assert (fetched.folder, fetched.size_bytes) == (folder, 9)
    assert [measure() for measure in measures] == [Progress(9, 9)]
    assert not (tmp_path / "cache").exists()


def test_a_claims_folder_is_read_where_it_is_mounted(tmp_path: Path) -> None:
    a_folder(tmp_path / "claim")

    fetched = fetch(a_source("pvc://weights/models/mine"), surroundings(tmp_path, []))

    assert fetched.folder == tmp_path / "claim" / "models" / "mine"


def test_the_digest_changes_with_the_weights_and_not_with_the_readme(tmp_path: Path) -> None:
    folder, around = a_folder(tmp_path), surroundings(tmp_path, [])
    before = fetch(a_source(), around).digest

    (folder / "README.md").write_bytes(b"other words")
    same = fetch(a_source(), around).digest
    (folder / "model.safetensors").write_bytes(b"others!")
    other = fetch(a_source(), around).digest

    assert before == same != other


def test_what_is_declared_is_checked(tmp_path: Path) -> None:
    a_folder(tmp_path)
    around = surroundings(tmp_path, [])
    sha256 = hashlib.sha256(WEIGHTS).hexdigest()
    fetch(a_source(sha256=sha256, size_bytes=7), around)

    with pytest.raises(SourceFault) as fault:
        fetch_patiently(a_source(sha256="0" * 64), around)

    assert fault.value.reason is SourceReason.CHECKSUM_MISMATCH


def test_what_waiting_cannot_mend_is_not_tried_again(tmp_path: Path) -> None:
    with pytest.raises(SourceFault) as fault:
        fetch_patiently(a_source(), surroundings(tmp_path, []))

    assert fault.value.reason is SourceReason.NOT_FOUND


@pytest.mark.parametrize(
    ("failures", "retry_after", "seconds"),
    [(1, None, 1), (2, None, 2), (5, None, 16), (99, None, 60), (1, 30.0, 30), (5, 3.0, 16)],
)
def test_waits_double_up_to_a_minute_and_last_as_long_as_the_source_asked(
    failures: int, retry_after: float | None, seconds: float
) -> None:
    assert choose_delay(failures, retry_after, jitter=0) == seconds
    assert choose_delay(failures, retry_after, jitter=1) == seconds + 1
