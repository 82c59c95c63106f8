"""A real runtime process that fetches its model from an object store: S3's protocol on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.file_server import FileServer, Refusal
from tests.fakes.model_files import WEIGHTS, Files, pin, read_splade
from tests.fakes.runtime_process import RuntimeProcess, running_runtime

SECRET = "a-key-that-nobody-may-see"


@pytest.fixture(scope="module")
def splade() -> Files:
    return read_splade()


def a_store(files: Files, **fields: Any) -> FileServer:
    return FileServer({f"models/splade/{name}": files[name] for name in files}, **fields)


@contextmanager
def fetching(tmp_path: Path, store: FileServer, files: Files) -> Iterator[RuntimeProcess]:
    """Run the store, and a runtime that fetches from its bucket with credentials."""
    model = {
        "source": {"uri": "s3://models/splade", "files": pin(files)},
        "task_types": ["sparse_embedding"],
    }
    with store.running():
        environment = {
            "AWS_ENDPOINT_URL": store.url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "anywhere",
            "AWS_ACCESS_KEY_ID": "my-key-id",
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }
        with running_runtime(tmp_path, model, **environment) as runtime:
            yield runtime.wait_for_http()


def test_objects_are_fetched_by_ranges_with_the_pods_credentials(
    tmp_path: Path, splade: Files
) -> None:
    store = a_store(splade)

    with fetching(tmp_path, store, splade) as runtime:
        model = runtime.wait_for_fetched()
        shown = runtime.get("/stats").text + runtime.log.read_text()

    assert model["size_bytes"] == sum(len(content) for content in splade.values())
    assert len(store.ranges_of(f"models/splade/{WEIGHTS}")) >= 2
    assert all(one.startswith("AWS4-HMAC-SHA256 Credential=my-key-id/") for one in store.tokens)
    assert SECRET not in shown


def test_a_cut_connection_to_a_store_goes_on_where_it_was(tmp_path: Path, splade: Files) -> None:
    store = a_store(splade, cuts=2, cut_after=3_000_000)

    with fetching(tmp_path, store, splade) as runtime:
        runtime.wait_for_fetched()

    assert store.bytes_sent < 1.5 * sum(len(content) for content in splade.values())


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [(403, "Unauthorized", "source.secretRef"), (404, "NotFound", f"s3://models/splade/{WEIGHTS}")],
)
def test_a_stores_refusal_is_named_with_its_reason(
    tmp_path: Path, splade: Files, status: int, reason: str, words: str
) -> None:
    store = a_store(splade, refused_paths={f"models/splade/{WEIGHTS}": Refusal(status)})

    with fetching(tmp_path, store, splade) as runtime:
        model = runtime.wait_for_state("failed")

    assert model["reason"] == reason
    assert words in model["message"]


def test_a_store_that_is_busy_is_tried_again(tmp_path: Path, splade: Files) -> None:
    store = a_store(splade, refusals=[Refusal(503)] * 4)

    with fetching(tmp_path, store, splade) as runtime:
        told = runtime.wait_for_state("fetching", "Unreachable")
        runtime.wait_for_fetched()

    assert "s3://models/splade/config.json could not be read" in told["message"]


def test_an_object_that_is_another_one_is_never_loaded(tmp_path: Path, splade: Files) -> None:
    other = splade | {"config.json": b"{}"}

    with fetching(tmp_path, a_store(other), splade) as runtime:
        model = runtime.wait_for_state("failed")

    assert model["reason"] == "ChecksumMismatch"
    assert "config.json has sha256" in model["message"]
