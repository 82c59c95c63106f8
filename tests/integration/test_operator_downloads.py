"""What `kubectl get ie -w -o wide` prints while a model comes, and when it does not come."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from allot_local.cluster import LocalCluster
from tests.conftest import Kubectl
from tests.fakes.file_server import FileServer, Refusal
from tests.fakes.model_files import WEIGHTS, Files, pin, read_splade
from tests.integration.objects import Manifest, Objects, an_endpoint, an_object

pytestmark = pytest.mark.usefixtures("allot")

TOKEN = "a-token-that-nobody-may-see"
PERCENT = re.compile(r"\bDownloading (\d+)%")


@pytest.fixture
def objects(kubectl: Kubectl, namespace: str) -> Objects:
    return Objects(kubectl, namespace)


@pytest.fixture(scope="module")
def splade() -> Files:
    return read_splade()


@dataclass(frozen=True)
class Watched:
    """What a person sees who has `kubectl get ie -w -o wide` open."""

    output: Path

    def rows(self, name: str) -> list[str]:
        """Return the lines about an endpoint, in their order."""
        lines = self.output.read_text().splitlines()
        return [line for line in lines if line.split(maxsplit=1)[:1] == [name]]

    def percents(self, name: str) -> list[int]:
        """Return the percents that the model's state showed."""
        found = (PERCENT.search(row) for row in self.rows(name))
        return [int(one.group(1)) for one in found if one]


@pytest.fixture
def watched(local_cluster: LocalCluster, namespace: str, tmp_path: Path) -> Iterator[Watched]:
    """Keep kubectl watching the test's namespace."""
    command = [str(local_cluster.kubectl), "--kubeconfig", str(local_cluster.kubeconfig)]
    command += ["get", "ie", "-w", "-o", "wide", "-n", namespace]
    output = tmp_path / "watched"
    with output.open("wb") as file, subprocess.Popen(command, stdout=file) as process:
        yield Watched(output)
        process.terminate()


@contextmanager
def served(files: Files, **fields: Any) -> Iterator[FileServer]:
    """Serve a model's files under /splade."""
    server = FileServer({f"splade/{name}": files[name] for name in files}, **fields)
    with server.running():
        yield server


def a_model(server: FileServer, files: Files, **source: Any) -> Manifest:
    spec = {
        "source": {"uri": f"{server.url}/splade", "files": pin(files), **source},
        "task_types": ["sparse_embedding"],
    }
    return an_object("TrainedModel", "fetched", spec)


def find_bytes(conditions: dict[str, tuple[str, str, str]]) -> str | None:
    """Return what ModelAvailable says, once it says how much has come."""
    message = conditions["ModelAvailable"][2]
    return message if " of " in message else None


def test_a_download_is_seen_moving_until_the_model_is_ready(
    objects: Objects, watched: Watched, splade: Files
) -> None:
    with served(splade, bytes_per_second=1_100_000) as server:
        objects.apply(a_model(server, splade), an_endpoint("moving", model_id="fetched"))
        objects.wait_condition("moving", "ModelAvailable", "Fetching")
        # The first word of a download may come before its first byte.
        message = objects.wait(lambda: find_bytes(objects.conditions("moving")))
        objects.wait(lambda: len(set(watched.percents("moving"))) >= 3)
        said = objects.conditions("moving")["Ready"]
        objects.wait_ready("moving")

    percents = watched.percents("moving")
    last = objects.wait(lambda: [row for row in watched.rows("moving") if "FullyAllocated" in row])
    model = objects.get("ie", "moving")["status"]["model"]
    assert percents == sorted(percents)
    assert 3 <= len(set(percents)) <= len(percents) <= 8, "a write every 5 s, or 5 % and more"
    assert re.search(r"\bReady\b", last[-1])
    assert re.fullmatch(r"\d+ of 18 MB(, about \d+ s left)?", message)
    assert said[:2] == ("False", "Fetching")
    assert re.fullmatch(r"\d+ of 18 MB, about \d+ s left", said[2])
    assert model["size_bytes"] == sum(len(content) for content in splade.values())
    assert model["digest"].startswith("sha256:")
    assert model["source"].endswith("/splade")


def test_a_source_that_asks_for_a_token_is_mended_by_a_secret(
    objects: Objects, watched: Watched, splade: Files
) -> None:
    with served(splade, token=TOKEN) as server:
        objects.apply(a_model(server, splade), an_endpoint("secret", model_id="fetched"))
        status, _, message = objects.wait_condition("secret", "ModelAvailable", "Unauthorized")
        objects.wait(lambda: "Unauthorized" in "".join(watched.rows("secret")))
        assert status == "False"
        assert "ALLOT_SOURCE_TOKEN" in message

        objects.apply(a_model(server, splade, secretRef={"name": "mine"}))
        objects.wait(lambda: 'secret "mine" not found' in objects.conditions("secret")["Ready"][2])
        key = f"--from-literal=ALLOT_SOURCE_TOKEN={TOKEN}"
        objects.run("create", "secret", "generic", "mine", key)
        objects.wait_ready("secret")

    (pod,) = objects.pods()
    shown = objects.run("get", "ie,mdep,tm,deploy,pods,events", "-o", "yaml")
    shown += objects.run("logs", pod["metadata"]["name"])
    assert TOKEN not in shown


def test_a_source_that_is_away_and_cuts_lines_is_told_and_waited_for(
    objects: Objects, watched: Watched, splade: Files
) -> None:
    away = [Refusal(503)] * 4
    with served(splade, refusals=away, cuts=3, cut_after=3_000_000) as server:
        objects.apply(a_model(server, splade), an_endpoint("away", model_id="fetched"))
        status, _, message = objects.wait_condition("away", "ModelAvailable", "Unreachable")
        objects.wait(lambda: "Unreachable" in "".join(watched.rows("away")))
        stalled = objects.conditions("away")["Stalled"][0]
        objects.wait_ready("away")
        was_cut = server.cuts < 0

    (pod,) = objects.pods()
    assert (status, stalled, was_cut) == ("False", "False", True)
    assert "503" in message
    assert pod["status"]["containerStatuses"][0]["restartCount"] == 0


def test_a_file_that_is_missing_is_named(objects: Objects, watched: Watched, splade: Files) -> None:
    with served({name: splade[name] for name in splade if name != WEIGHTS}) as server:
        objects.apply(a_model(server, splade), an_endpoint("missing", model_id="fetched"))
        status, _, message = objects.wait_condition("missing", "ModelAvailable", "NotFound")
        objects.wait(lambda: "NotFound" in "".join(watched.rows("missing")))

    assert status == "False"
    assert f"/splade/{WEIGHTS}" in message


def test_a_wrong_file_stalls_the_endpoint_with_both_digests(
    objects: Objects, watched: Watched, splade: Files
) -> None:
    with served(splade | {WEIGHTS: b"x" * 1000}) as server:
        objects.apply(a_model(server, splade), an_endpoint("wrong", model_id="fetched"))
        _, _, message = objects.wait_condition("wrong", "Stalled", "ChecksumMismatch")
        objects.wait(lambda: "ChecksumMismatch" in "".join(watched.rows("wrong")))

    conditions = objects.conditions("wrong")
    assert f"{WEIGHTS} has sha256" in message
    assert conditions["Stalled"][0] == "True"
    assert conditions["Ready"][:2] == ("False", "ChecksumMismatch")
    assert conditions["Reconciling"][0] == "False"


def test_a_cache_that_is_too_small_is_told_with_both_numbers(
    objects: Objects, watched: Watched, splade: Files
) -> None:
    spec = {"model_id": "fetched", "cache": {"emptyDir": {"sizeLimit": "5Mi"}}}
    with served(splade) as server:
        objects.apply(a_model(server, splade), an_object("ModelDeployment", "small", spec))
        objects.apply(an_endpoint("full", deployment_id="small"))
        status, _, message = objects.wait_condition("full", "ModelAvailable", "NoSpace")
        objects.wait(lambda: "NoSpace" in "".join(watched.rows("full")))

    assert status == "False"
    assert "needs 18.4 MB" in message
    assert "leaves 5.2 MB" in message
