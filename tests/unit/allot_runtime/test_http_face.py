"""Whatever a client sends, it is answered at once, in Elasticsearch's words."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_api.terms import TaskType
from allot_runtime.models.interface import TokenSequence
from tests.fakes.echo_allocation import a_served_model
from tests.fakes.echo_model import EchoModel, an_open_model

PATH = "/_inference/text_embedding/any"
JSON = {"content-type": "application/json"}


class Face:
    """A served model that tests without a loop of their own can ask."""

    def __init__(self, runner: asyncio.Runner, client: httpx.AsyncClient) -> None:
        self._runner = runner
        self._client = client

    def post(self, path: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
        """Return the answer; one that takes ten seconds hangs."""

        async def ask() -> httpx.Response:
            async with asyncio.timeout(10):
                return await self._client.post(path, content=content, headers=headers)

        return self._runner.run(ask())


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    folder = tmp_path_factory.mktemp("model")
    with asyncio.Runner() as runner:
        served = a_served_model(
            folder, max_body_bytes=2000, max_inputs=3, max_input_characters=50, queue_capacity=2
        )
        _, client = runner.run(served.__aenter__())
        yield Face(runner, client)
        runner.run(served.__aexit__(None, None, None))


def check_shape(answer: httpx.Response) -> dict[str, Any]:
    """Return an error's body after checking that it is what Elasticsearch's clients read."""
    body: dict[str, Any] = answer.json()
    cause = body["error"]["root_cause"][0]
    assert set(body) == {"error", "status"}
    assert body["status"] == answer.status_code
    assert set(cause) == {"type", "reason"}
    assert {name: body["error"][name] for name in cause} == cause
    assert cause["type"]
    assert cause["reason"]
    assert answer.headers["content-type"].startswith("application/json")
    return body


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({"input": "x" * 2000}, 413, "larger than max_body_bytes [2000]"),
        ({"input": ["a"] * 4}, 400, "Field [input] has [4] elements and must have at most "
                                    "max_inputs [3]: send several requests"),
        ({"input": "x" * 51}, 400, "Field [input] has [51] characters and must have at most "
                                   "max_input_characters [50]: send it in parts"),
        ({"input": ["a", "x" * 51]}, 400, "Field [input.1] has [51] characters"),
        ({"input": ["a"] * 3}, 429, "3 inputs in one request; the queue holds 2: send fewer"),
    ],
)  # fmt: skip
def test_a_limit_is_named(face: Face, body: Any, status: int, sentence: str) -> None:
    answer = face.post(PATH, json.dumps(body).encode(), JSON)

    assert answer.status_code == status
    assert sentence in check_shape(answer)["error"]["reason"]


def test_what_is_at_the_limit_is_answered(face: Face) -> None:
    body = {"input": ["x" * 50, "é" * 50]}

    assert face.post(PATH, json.dumps(body).encode(), JSON).status_code == 200


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({}, b"", 406),
        ({"content-type": "text/plain"}, b'{"input":"a"}', 406),
        ({"content-type": "application/json; charset=latin-1"}, b'{"input":"\xe9"}', 400),
        ({"content-type": "application/vnd.elasticsearch+json; compatible-with=6"}, b"{}", 400),
        (JSON | {"content-encoding": "zstd"}, b"{}", 406),
        (JSON | {"content-encoding": "gzip"}, b"{}", 400),
        (JSON | {"content-encoding": "gzip"}, gzip.compress(b" " * 3000, mtime=0), 413),
        (JSON, b"", 400),
        (JSON, b"\x00", 400),
    ],
)
def test_a_body_that_cannot_be_read(
    face: Face, headers: dict[str, str], content: bytes, status: int
) -> None:
    answer = face.post(PATH, content, headers)

    assert answer.status_code == status
    check_shape(answer)


fields = ["input", "query", "input_type", "task_settings", "return_documents", "top_n", "timeout"]
likely = st.sampled_from(["a", ["a"], [], None, 1, -1, 2**70, 1e300, True, "search", "5s", "", {}])
bodies = st.binary(max_size=60) | st.dictionaries(st.sampled_from(fields), likely, max_size=4).map(
    lambda document: json.dumps(document).encode()
)
paths = st.sampled_from(
    [PATH, "/_inference/any", "/_inference/rerank/any", "/_inference/%00/%ff", "/_inference/any/"]
    + [f"{PATH}?timeout={value}" for value in ("1s", "0s", "", "x", "9" * 400 + "d", "٣s")]
)


@given(bodies, paths, st.sampled_from(["application/json", "application/json;x", "x", ""]))
def test_any_bytes_are_answered_or_refused_in_shape(
    face: Face, content: bytes, path: str, kind: str
) -> None:
    answer = face.post(path, content, {"content-type": kind})

    if answer.status_code != 200:
        assert 400 <= answer.status_code < 500
        check_shape(answer)
    else:
        assert list(answer.json()) == [TaskType.TEXT_EMBEDDING]


async def test_a_full_queue_says_when_to_come_back(tmp_path: Path) -> None:
    model = an_open_model()
    async with a_served_model(tmp_path, model, queue_capacity=1) as (_, client):
        model.gate.clear()
        model.entered.clear()
        first = asyncio.create_task(client.post(PATH, json={"input": "a"}))
        await asyncio.to_thread(model.entered.wait, 10)
        # One waits, and there is no room for the other.
        later = [asyncio.create_task(client.post(PATH, json={"input": "b"})) for _ in range(2)]
        done, _ = await asyncio.wait(later, return_when=asyncio.FIRST_COMPLETED)
        refused = done.pop().result()
        model.gate.set()
        await asyncio.gather(first, *later)

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert check_shape(refused)["error"]["type"] == "es_rejected_execution_exception"


class SlowReader(EchoModel):
    """Takes long to tokenize; counts what it read."""

    read = 0

    def tokenize(self, text: str, pair: str | None = None) -> TokenSequence:
        self.read += 1
        if text == "slow":
            threading.Event().wait(0.05)
        return super().tokenize(text, pair)


async def test_a_request_that_takes_too_long_to_read_is_told_so(tmp_path: Path) -> None:
    model = SlowReader()
    model.gate.set()
    async with a_served_model(tmp_path, model) as (allocation, client):
        answer = await client.post(f"{PATH}?timeout=60ms", json={"input": ["slow"] * 100})
        counted = allocation.engine.snapshot().counters.timeouts

    assert answer.status_code == 408
    assert "timeout [0.06s] waiting" in check_shape(answer)["error"]["reason"]
    assert model.read < 10
    assert counted == 100
