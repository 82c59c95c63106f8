from __future__ import annotations

import pytest

from bench.load import Order, build_request, summarize


def test_a_request_says_how_long_its_body_is_in_bytes() -> None:
    order = Order(8080, "/embed", [], [], [], 1, 0.0, 1.0, 1, 1.0, 1)

    request = build_request(order, '{"input": "é"}')

    head, body = request.split(b"\r\n\r\n")
    assert head.startswith(b"POST /embed HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n")
    assert f"Content-Length: {len(body)}".encode() in head


def test_percentiles_are_of_each_kind_and_of_all_together() -> None:
    found = summarize({"query": [1.0, 2.0, 3.0], "passage": [10.0]})

    assert found["query"]["p50"] == pytest.approx(2.0)
    assert found["passage"]["p99"] == pytest.approx(10.0)
    assert found["all"] == {"p50": 2.0, "p99": 10.0}


def test_a_kind_that_was_never_answered_has_no_percentiles() -> None:
    assert summarize({}) == {}
