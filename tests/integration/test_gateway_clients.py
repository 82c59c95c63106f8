"""Elasticsearch's own clients, and the examples of its pages, against the gateway.

The programs are in tests/clients. A namespace is a prefix of the URL, so that nothing else differs
from what the pages print.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.installing import Unreachable, install_javascript, install_python
from tests.conftest import Kubectl
from tests.integration.nodes import FILLER, fill_node
from tests.integration.objects import Objects, an_endpoint

PROGRAMS = Path(__file__).resolve().parents[1] / "clients"
PROGRAM_SECONDS = 120

# What the ELSER page prints as the answer to its first example, and the answer to its second,
# which prints none: the same with what was sent.
ELSER_ANSWER = {
    "inference_id": "my-elser-model",
    "task_type": "sparse_embedding",
    "service": "elser",
    "service_settings": {"num_allocations": 1, "num_threads": 1},
    "task_settings": {},
}
ADAPTIVE = {"enabled": True, "min_number_of_allocations": 3, "max_number_of_allocations": 10}
# What the other page prints as the answer to its last example.
SHARED_ANSWER = {
    "inference_id": "use_existing_deployment",
    "task_type": "sparse_embedding",
    "service": "elasticsearch",
    "service_settings": {
        "num_allocations": 2,
        "num_threads": 1,
        "model_id": ".elser_model_2",
        "deployment_id": ".elser_model_2",
    },
    "chunking_settings": {"strategy": "sentence", "max_chunk_size": 250, "sentence_overlap": 1},
}
ELSER_IN_JAVASCRIPT = """\
{
  inference_id: 'my-elser-model',
  task_type: 'sparse_embedding',
  service: 'elser',
  service_settings: { num_allocations: 1, num_threads: 1 },
  task_settings: {}
}
"""
LIFECYCLE = """\
You Know, for Search
created my-e5 1
fully_allocated 1 1
infers 384 384
updated True
fully_allocated 1 1
shares my-e5
infers 384 384
deleted true
deleted true
gone 404 resource_not_found_exception
"""
TASKS = """\
text_embedding 384 384
sparse_embedding True False
rerank 1 0
refused 404 resource_not_found_exception
"""

OPENAI = """\
openai 384 384
base64 as floats True
usage 12 12
listed True
refused 404
langchain 384 384
langchain 384
"""
LLAMA_INDEX = """\
tei 384 384 384
openai 384 384 384
"""
COHERE = """\
1 1 0 True
2 1 0 True
refused 404
"""

Program = Callable[..., str]


def run(*command: str, environment: dict[str, str]) -> str:
    """Return what a program prints, which has to end well and to warn of nothing."""
    done = subprocess.run(
        command,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=PROGRAM_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def install(pins: str) -> dict[str, str]:
    """Return the environment with the packages of a file of pins, or skip the test."""
    try:
        return install_python(pins)
    except Unreachable as error:
        pytest.skip(f"{pins}: {error}")


@pytest.fixture(params=["8", "9"])
def python(request: pytest.FixtureRequest) -> Program:
    """Run a program with the Python client of a major version."""
    version = str(request.param)
    # The development environment has one version; another lies before it on the path.
    environment = {} if version == "9" else install(f"elasticsearch-{version}.txt")
    found = run(
        sys.executable, "-c", "import elasticsearch; print(elasticsearch.__versionstr__)",
        environment=environment,
    )  # fmt: skip
    assert found.startswith(f"{version}.")
    return lambda name, *arguments: run(
        sys.executable, str(PROGRAMS / "python" / name), *arguments, environment=environment
    )


@pytest.fixture(params=["8", "9"])
def javascript(request: pytest.FixtureRequest) -> Program:
    """Run a program with the JavaScript client of a major version."""
    version = str(request.param)
    try:
        environment = install_javascript(version)
    except Unreachable as error:
        pytest.skip(f"@elastic/elasticsearch {version}: {error}")
    package = Path(environment["NODE_PATH"]) / "@elastic" / "elasticsearch" / "package.json"
    assert json.loads(package.read_text())["version"].startswith(f"{version}.")
    return lambda name, *arguments: run(
        "node", str(PROGRAMS / "javascript" / name), *arguments, environment=environment
    )


def curl(name: str, *arguments: str) -> list[Any]:
    """Return the answers that a program prints, one a line."""
    printed = run("bash", str(PROGRAMS / "curl" / name), *arguments, environment={})
    return [json.loads(line) for line in printed.splitlines()]


@pytest.fixture
def url(gateway: str, namespace: str) -> str:
    """The gateway's URL with a namespace of the test's own."""
    return f"{gateway}/{namespace}"


@pytest.fixture
def scarce(kubectl: Kubectl, namespace: str) -> Iterator[None]:
    """Leave room for two pods: of an endpoint with three or more allocations the rest waits.

    The first that serves is all that a PUT waits for.
    """
    objects = Objects(kubectl, namespace)
    fill_node(kubectl, objects, cpus_left=2)
    yield
    objects.run("delete", "pod", FILLER)


@pytest.fixture(scope="module")
def one_of_each(kubectl: Kubectl, gateway: str) -> Iterator[list[str]]:
    """Have an endpoint of each task, which the programs that only infer share; their ids last."""
    objects = Objects(kubectl, "default")
    endpoints = {"embeds": "text_embedding", "sparse": "sparse_embedding", "ranks": "rerank"}
    models = (".multilingual-e5-small", ".elser_model_2", ".rerank-v1")
    for (name, task), model in zip(endpoints.items(), models, strict=True):
        endpoint = an_endpoint(name, model_id=model)
        endpoint["spec"]["task_type"] = task
        objects.apply(endpoint)
    objects.wait_ready(*endpoints)
    yield [gateway, *endpoints]
    objects.run("delete", "ie", *endpoints)


def with_adaptive_settings(answer: dict[str, Any]) -> dict[str, Any]:
    return answer | {"service_settings": {"num_threads": 1, "adaptive_allocations": ADAPTIVE}}


def test_the_python_examples_of_the_elser_page(python: Program, url: str, scarce: None) -> None:
    first, second = python("elser_page.py", url).splitlines()

    # As it is printed on the page, key order included.
    assert first == repr(ELSER_ANSWER)
    assert ast.literal_eval(second)["service_settings"]["adaptive_allocations"] == ADAPTIVE


def test_the_javascript_examples_of_the_elser_page(
    javascript: Program, url: str, scarce: None
) -> None:
    printed = javascript("elser_page.cjs", url)

    assert printed.startswith(ELSER_IN_JAVASCRIPT)
    second = printed.removeprefix(ELSER_IN_JAVASCRIPT)
    assert all(f"{name}: {json.dumps(value)}" in second for name, value in ADAPTIVE.items())


def test_the_console_examples_of_the_elser_page(url: str, scarce: None) -> None:
    first, second = curl("elser_page.sh", url)

    assert json.dumps(first) == json.dumps(ELSER_ANSWER)
    assert second["service_settings"]["adaptive_allocations"] == ADAPTIVE


def test_the_examples_of_the_page_on_elasticsearch_endpoints(url: str, scarce: None) -> None:
    quoted, elser, rerank, e5, custom, adaptive, shared = curl("elasticsearch_page.sh", url)

    # The page's command sends a string where an object is meant.
    assert (quoted["status"], quoted["error"]["type"]) == (400, "x_content_parse_exception")
    made = {one["inference_id"]: one["service_settings"] for one in (elser, rerank, e5, custom)}
    assert {name: settings["model_id"] for name, settings in made.items()} == {
        "my-elser-endpoint": ".elser_model_2",
        "my-rerank-endpoint": ".rerank-v1",
        "my-e5-endpoint": ".multilingual-e5-small",
        "my-msmarco-minilm-endpoint": "msmarco-MiniLM-L12-cos-v5",
    }
    assert "error" not in adaptive, adaptive
    assert adaptive["service_settings"]["adaptive_allocations"] == ADAPTIVE
    assert json.dumps(shared) == json.dumps(SHARED_ANSWER)


def test_an_endpoints_life_by_the_python_client(python: Program, url: str) -> None:
    assert python("lifecycle.py", url) == LIFECYCLE


def test_an_endpoints_life_by_the_javascript_client(javascript: Program, url: str) -> None:
    assert javascript("lifecycle.cjs", url) == LIFECYCLE


def test_an_endpoints_life_by_curl(url: str) -> None:
    made, first, changed, shared, second, *deleted, gone = curl("lifecycle.sh", url)

    assert (made["inference_id"], made["service_settings"]["num_allocations"]) == ("my-e5", 1)
    assert changed["service_settings"]["num_allocations"] == 2
    assert shared["service_settings"]["deployment_id"] == "my-e5"
    vectors = [answer["text_embedding"][0]["embedding"] for answer in (first, second)]
    assert vectors[0] == pytest.approx(vectors[1], abs=1e-6)
    assert [one["acknowledged"] for one in deleted] == [True, True]
    assert (gone["status"], gone["error"]["type"]) == (404, "resource_not_found_exception")


def test_every_task_by_the_python_client(python: Program, one_of_each: list[str]) -> None:
    assert python("tasks.py", *one_of_each) == TASKS


def test_every_task_by_the_javascript_client(javascript: Program, one_of_each: list[str]) -> None:
    assert javascript("tasks.cjs", *one_of_each) == TASKS


@pytest.mark.parametrize(
    ("pins", "program", "task", "printed"),
    [
        pytest.param("openai.txt", "openai_shapes.py", "embeds", OPENAI, id="openai-langchain"),
        pytest.param("llama-index.txt", "llama_index_shapes.py", "embeds", LLAMA_INDEX, id="llama"),
        pytest.param("cohere.txt", "cohere_shapes.py", "ranks", COHERE, id="cohere"),
        # Hugging Face's own client, which the development environment has.
        pytest.param(None, "tei_client.py", "embeds", "tei 1 384\n", id="huggingface"),
    ],
)
def test_clients_of_other_apis(
    one_of_each: list[str], pins: str | None, program: str, task: str, printed: str
) -> None:
    environment = install(pins) if pins else {}
    url, *ids = one_of_each
    assert task in ids

    path = PROGRAMS / "python" / program
    assert run(sys.executable, str(path), url, task, environment=environment) == printed
