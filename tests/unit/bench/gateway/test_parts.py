from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.gateway.cluster import AUTHORIZATION
from bench.gateway.open_load import Order, build_request
from bench.gateway.proxies import PROXIES
from bench.gateway.stub_pod import Pace, count_tokens, read_inputs
from bench.gateway.turns import build_bodies


def an_order() -> Order:
    return Order(
        ports=[1],
        path="/x",
        bodies=["{}"],
        kinds=["query"],
        rate=1.0,
        connections=1,
        warm_seconds=0.0,
        seconds=1.0,
        seed=1,
        is_random=False,
        authorization=AUTHORIZATION,
    )


def test_a_request_shows_the_key_and_its_length() -> None:
    head, _, body = build_request(an_order(), 7, "{}").partition(b"\r\n\r\n")

    assert body == b"{}"
    assert f"Authorization: {AUTHORIZATION}".encode() in head
    assert b"Content-Length: 2" in head


def test_a_query_says_that_it_is_one() -> None:
    bodies, kinds = build_bodies([("query", "a"), ("passage", "b")])

    assert [json.loads(body)["input_type"] for body in bodies] == ["search", "ingest"]
    assert kinds == ["query", "passage"]


@pytest.mark.parametrize("body", [b'{"input":"a"}', b'{"input":["a"]}'])
def test_a_stub_reads_both_forms_of_input(body: bytes) -> None:
    assert read_inputs(body) == ["a"]


def test_a_stubs_pass_takes_what_its_tokens_take() -> None:
    assert count_tokens("x" * 40) == 12
    assert Pace(0.5, 0.25).seconds(4) == 1.5


def test_a_proxys_configuration_names_both_ports(tmp_path: Path) -> None:
    for proxy in PROXIES:
        command = proxy.write_command(8001, 8002, tmp_path)
        written = (tmp_path / f"{proxy.name}.conf").read_text() + " ".join(command)

        assert "8001" in written
        assert "8002" in written
