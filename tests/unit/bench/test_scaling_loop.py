from __future__ import annotations

import json

from allot_api.terms import ModelState
from allot_operator.facts.reports import Report, parse_report
from bench.fake_pods import build_stats, find_address
from bench.scaling_loop import fill_ledger, parse


def test_every_pod_has_an_address_of_its_own_on_loopback() -> None:
    addresses = {find_address(index) for index in range(3000)}

    assert len(addresses) == 3000
    assert all(address.startswith("127.") for address in addresses)
    assert "127.0.0.1" not in addresses


def test_a_fake_pod_says_what_the_operator_reads() -> None:
    before, after = (
        parse_report(json.dumps(build_stats("127.0.0.2", seconds)).encode())
        for seconds in (10.0, 15.0)
    )

    assert isinstance(before, Report)
    assert isinstance(after, Report)
    assert after.state is ModelState.READY
    assert after.work.tokens_arrived - before.work.tokens_arrived == 5 * 20 * 3 * 100
    assert after.start_seconds == 2.5


def test_the_ledger_knows_every_pod_of_every_deployment() -> None:
    ledger = fill_ledger(3, 2)

    assert len(ledger.deployments()) == 3
    assert len(ledger.addresses()) == 6
    assert parse([]).deployments == 1000
