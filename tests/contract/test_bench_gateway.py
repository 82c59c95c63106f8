"""The gateway's benchmark on real processes of loopback, for a second."""

from __future__ import annotations

from argparse import Namespace

import pytest

from bench.errors import BrokenRun
from bench.gateway.__main__ import (
    OURS,
    Scene,
    gateway,
    measure_routing,
    proxy_starter,
    started,
    stub_pods,
)
from bench.gateway.proxies import PROXIES
from bench.gateway.turns import build_bodies, run_closed, run_open
from bench.processes import find_free_port

TEXTS = [("query", "a short one"), ("passage", "a longer one of more words " * 8)]


def a_scene() -> Scene:
    bodies, kinds = build_bodies(TEXTS)
    given = Namespace(rate=50.0, load=0.1, seconds=0.5, warm_seconds=0.2, seed=1)
    return Scene(bodies, kinds, mean_tokens=30.0, given=given)


def test_an_open_loop_is_answered_through_the_gateway() -> None:
    with stub_pods(1) as pods, gateway(pods) as (_, port):
        figures = run_open(a_scene().open([port], 50.0, 4, is_random=False))

    assert 0 < figures["query_p50"] <= figures["query_p99"]


def test_a_cpu_second_is_counted_for_the_gateway_and_for_the_plain_forwarder() -> None:
    (plain,) = (proxy for proxy in PROXIES if proxy.name == "uvicorn-aiohttp")
    for start in (gateway, proxy_starter(plain)):
        with stub_pods(1) as pods, start(pods) as (group, port):
            figures = run_closed(a_scene().closed(port, group.process.pid))

        assert figures["requests_per_cpu_second"] > 0


def test_paced_pods_are_chosen_by_the_gateway_and_by_chance() -> None:
    found = measure_routing(a_scene(), 1)

    assert found.keys() == {OURS, "random-choice"}
    assert all(figures["routed_p99_latency"] > 0 for figures in found.values())


def test_what_does_not_start_says_why() -> None:
    argv = ["-c", "raise SystemExit('no such thing')"]

    with pytest.raises(BrokenRun, match="no such thing"), started("no", argv, find_free_port()):
        raise AssertionError("it serves")
