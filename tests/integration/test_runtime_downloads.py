"""A real runtime process that fetches its model from a web server that is not kind to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from allot_local.certificates import Subject, new_authority, sign
from allot_local.clock import now
from tests.fakes.file_server import FileServer, Refusal
from tests.fakes.model_files import NAMES, WEIGHTS, Files, pin, read_splade, sha256
from tests.fakes.runtime_process import RuntimeProcess, running_runtime

SECRET = "a-token-that-nobody-may-see"


@pytest.fixture(scope="session")
def splade() -> Files:
    return read_splade()


def a_model(server: FileServer, files: Files, **source: Any) -> dict[str, Any]:
    """A sparse model whose files are pinned to these bytes."""
    return {
        "source": {"uri": f"{server.url}/models/splade", "files": pin(files), **source},
        "task_types": ["sparse_embedding"],
    }


def a_server(files: Files, **fields: Any) -> FileServer:
    return FileServer({f"models/splade/{name}": files[name] for name in files}, **fields)


@contextmanager
def fetching(
    tmp_path: Path, server: FileServer, files: Files, **environment: str
) -> Iterator[RuntimeProcess]:
    """Run the server, and a runtime that fetches from it."""
    with (
        server.running(),
        running_runtime(tmp_path, a_model(server, files), **environment) as runtime,
    ):
        yield runtime.wait_for_http()


def fails_with(
    tmp_path: Path, server: FileServer, files: Files, **environment: str
) -> tuple[str, str]:
    """Reason and message of a runtime that has given up."""
    with fetching(tmp_path, server, files, **environment) as runtime:
        model = runtime.wait_for_state("failed")
    return model["reason"], model["message"]


def test_the_declared_files_are_fetched_checked_and_served(tmp_path: Path, splade: Files) -> None:
    with fetching(tmp_path, a_server(splade), splade) as runtime:
        model = runtime.wait_until_ready().model()

    size = sum(len(content) for content in splade.values())
    assert (model["bytes_done"], model["bytes_total"], model["size_bytes"]) == (size, size, size)
    assert model["digest"].startswith("sha256:")


@pytest.mark.parametrize("takes_ranges", [True, False])
def test_a_connection_that_is_cut_goes_on_where_it_was(
    tmp_path: Path, splade: Files, takes_ranges: bool
) -> None:
    server = a_server(splade, takes_ranges=takes_ranges, cuts=1, cut_after=3_000_000)

    with fetching(tmp_path, server, splade) as runtime:
        runtime.wait_for_fetched()

    whole = sum(len(content) for content in splade.values())
    extra = server.bytes_sent - whole
    assert 0 <= extra < (1_000_000 if takes_ranges else 25_000_000)
    assert len(server.ranges_of(f"models/splade/{WEIGHTS}")) >= 3 if takes_ranges else 2


def test_a_process_that_was_killed_goes_on_where_it_was(tmp_path: Path, splade: Files) -> None:
    server = a_server(splade, bytes_per_second=3_000_000)
    with server.running():
        model = a_model(server, splade)
        with running_runtime(tmp_path, model) as runtime:
            runtime.wait_for_http()
            while runtime.model()["bytes_done"] < 9_000_000:
                time.sleep(0.1)
            runtime.process.kill()
            runtime.process.wait()
        server.bytes_per_second, before = 0, server.bytes_sent

        with running_runtime(tmp_path, model) as runtime:
            runtime.wait_for_fetched()

    # What came in the second before the end may not be written down yet.
    assert server.bytes_sent - before < 18_400_000 - 9_000_000 + 4_000_000


def test_a_file_that_changes_between_two_answers_is_fetched_anew(
    tmp_path: Path, splade: Files
) -> None:
    path = f"models/splade/{WEIGHTS}"
    server = a_server(splade, cuts=1, cut_after=2_000_000, after_cut={path: splade[WEIGHTS]})
    server.files[path] = b"x" * len(splade[WEIGHTS])

    with fetching(tmp_path, server, splade) as runtime:
        runtime.wait_for_fetched()


def test_another_file_than_the_one_that_was_meant_is_never_loaded(
    tmp_path: Path, splade: Files
) -> None:
    server = a_server(splade | {WEIGHTS: b"other" + splade[WEIGHTS][5:]})

    reason, message = fails_with(tmp_path, server, splade)

    assert reason == "ChecksumMismatch"
    assert f"{WEIGHTS} has sha256" in message
    assert sha256(splade[WEIGHTS]) in message
    assert list((tmp_path / "cache").rglob(WEIGHTS)) == []


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (401, "Unauthorized", "ALLOT_SOURCE_TOKEN"),
        (403, "Unauthorized", "ALLOT_SOURCE_TOKEN"),
        (404, "NotFound", "has no"),
    ],
)
def test_a_refusal_is_named_with_its_reason(
    tmp_path: Path, splade: Files, status: int, reason: str, words: str
) -> None:
    server = a_server(splade)
    server.refused_paths = {f"models/splade/{WEIGHTS}": Refusal(status)}

    told = fails_with(tmp_path, server, splade)

    assert told[0] == reason
    assert words in told[1]
    assert WEIGHTS in told[1]


def test_a_token_opens_the_source_and_is_told_to_nobody(tmp_path: Path, splade: Files) -> None:
    server = a_server(splade, token=SECRET)

    with fetching(tmp_path, server, splade, ALLOT_SOURCE_TOKEN=SECRET) as runtime:
        runtime.wait_for_fetched()
        stats = runtime.get("/stats").text
        log = runtime.log.read_text()

    assert server.tokens == {f"Bearer {SECRET}"}
    assert SECRET not in stats + log


def test_a_token_does_not_follow_to_another_server(tmp_path: Path, splade: Files) -> None:
    other, path = a_server(splade), f"models/splade/{WEIGHTS}"
    server = a_server(splade, token=SECRET)
    with other.running():
        server.refused_paths = {path: Refusal(302, {"Location": f"{other.url}/{path}"})}
        with fetching(tmp_path, server, splade, ALLOT_SOURCE_TOKEN=SECRET) as runtime:
            runtime.wait_for_fetched()

    assert other.tokens == {""}
    assert server.ranges_of("models/splade/config.json")


def test_tls_is_spoken_with_those_whose_certificate_is_trusted(
    tmp_path: Path, splade: Files
) -> None:
    authority = new_authority("tests", now())
    pair = sign(authority, Subject("server", addresses=("127.0.0.1",)), now())
    trusted, own = tmp_path / "authority.pem", tmp_path / "server.pem"
    trusted.write_bytes(authority.certificate)
    own.write_bytes(pair.certificate + pair.key)
    server = a_server(splade, certificate=own)

    with fetching(tmp_path / "stranger", server, splade) as runtime:
        distrusted = runtime.wait_for_state("fetching", "Unreachable")
    with fetching(tmp_path / "friend", server, splade, SSL_CERT_FILE=str(trusted)) as runtime:
        runtime.wait_for_fetched()

    assert server.url.startswith("https://")
    assert "certificate" in distrusted["message"].lower()


def test_a_proxy_is_used_but_for_the_hosts_that_need_none(tmp_path: Path, splade: Files) -> None:
    proxy, nobody = a_server(splade), "http://127.0.0.1:9"
    with proxy.running():
        model = a_model(proxy, splade)
        with running_runtime(
            tmp_path / "direct", model, http_proxy=nobody, no_proxy="127.0.0.1"
        ) as runtime:
            runtime.wait_for_fetched()

        model["source"]["uri"] = "http://models.invalid/models/splade"
        with running_runtime(
            tmp_path / "by-proxy", model, http_proxy=proxy.url, no_proxy=""
        ) as runtime:
            runtime.wait_for_fetched()


def test_a_source_that_is_busy_is_asked_again_when_it_said(tmp_path: Path, splade: Files) -> None:
    server = a_server(splade, refusals=[Refusal(503), Refusal(429, {"Retry-After": "2"})])

    with fetching(tmp_path, server, splade) as runtime:
        model = runtime.wait_for_state("fetching", "Unreachable")
        runtime.wait_for_fetched()
        log = runtime.log.read_text()

    assert "the source answered" in model["message"]
    assert "answered 503" in log
    assert "answered 429" in log
    assert "trying again in 2 s" in log or "trying again in 3 s" in log


def test_a_model_that_never_fits_is_told_with_both_numbers(tmp_path: Path, splade: Files) -> None:
    server = a_server(splade)

    reason, message = fails_with(tmp_path, server, splade, ALLOT_CACHE_LIMIT_BYTES=str(5 * 10**6))

    assert reason == "NoSpace"
    assert "needs 18.4 MB" in message
    assert "sizeLimit leaves 5.0 MB" in message
    assert server.ranges_of(f"models/splade/{WEIGHTS}") == []


def test_a_download_says_how_long_it_will_take(tmp_path: Path, splade: Files) -> None:
    server = a_server(splade, bytes_per_second=6_000_000)

    with fetching(tmp_path, server, splade) as runtime:
        seen = []
        while (model := runtime.model())["state"] in ("starting", "fetching"):
            seen.append((model["bytes_done"], model["seconds_left"]))
            time.sleep(0.1)
        total = model["bytes_total"]

    known = [(done, left) for done, left in seen if left is not None]
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert known
    assert all(0 <= left < 30 for _, left in known)
    assert total == sum(len(content) for content in splade.values())


def test_pods_that_share_a_cache_fetch_once_and_wait_for_each_other(
    tmp_path: Path, splade: Files
) -> None:
    server, shared = a_server(splade, bytes_per_second=9_000_000), str(tmp_path / "shared")

    with server.running():
        model = a_model(server, splade)
        with (
            running_runtime(tmp_path / "one", model, ALLOT_CACHE_DIR=shared) as one,
            running_runtime(tmp_path / "two", model, ALLOT_CACHE_DIR=shared) as two,
        ):
            one.wait_for_fetched()
            two.wait_for_fetched()
            logs = one.log.read_text() + two.log.read_text()
            digests = {one.model()["digest"], two.model()["digest"]}

    assert server.bytes_sent < 1.1 * sum(len(content) for content in splade.values())
    assert "another pod fetches the model" in logs
    assert len(digests) == 1


def test_a_model_in_the_cache_needs_no_source(tmp_path: Path, splade: Files) -> None:
    server = a_server(splade)
    with server.running():
        model = a_model(server, splade)
        with running_runtime(tmp_path, model) as runtime:
            runtime.wait_for_fetched()

    with running_runtime(tmp_path, model) as runtime:
        runtime.wait_for_fetched()


def test_a_model_that_was_damaged_in_the_cache_is_fetched_anew(
    tmp_path: Path, splade: Files
) -> None:
    server = a_server(splade)
    with server.running():
        model = a_model(server, splade)
        with running_runtime(tmp_path, model) as runtime:
            runtime.wait_for_fetched()
        (weights,) = (tmp_path / "cache").rglob(WEIGHTS)
        with weights.open("r+b") as file:
            file.seek(1_000_000)
            file.write(b"damage")

        with running_runtime(tmp_path, model) as runtime:
            runtime.wait_for_fetched()
            log = runtime.log.read_text()

    assert "was damaged in the cache" in log
    assert sha256(weights.read_bytes()) == sha256(splade[WEIGHTS])


def test_weights_in_a_pickle_need_to_be_asked_for(tmp_path: Path, splade: Files) -> None:
    files = {name: splade[name] for name in NAMES if name != WEIGHTS} | {
        "pytorch_model.bin": b"a pickle"
    }

    reason, message = fails_with(tmp_path, a_server(files), files)

    assert reason == "UnsafeFormat"
    assert "source.format: pickle" in message
