from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_gateway.access.actions import Action, Caller, Verb
from allot_gateway.access.audit import Change, Outcome, build_line, choose_outcome, write

CHANGE = Change(
    at=datetime(2027, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    request_id="r-1",
    caller=Caller("allot:api-key:app", ("writers",), "app"),
    action=Action(Verb.CREATE, "shop", "my-e5"),
    method="PUT",
    path="/_inference/text_embedding/my-e5",
    status=200,
    client="10.1.2.3",
)


def test_a_change_is_told_in_one_line() -> None:
    assert json.loads(build_line(CHANGE)) == {
        "audit": "change",
        "at": "2027-01-02T03:04:05.678Z",
        "request_id": "r-1",
        "user": "allot:api-key:app",
        "groups": ["writers"],
        "key_id": "app",
        "client": "10.1.2.3",
        "verb": "create",
        "resource": "inferenceendpoints.inference.allot.dev",
        "namespace": "shop",
        "name": "my-e5",
        "method": "PUT",
        "path": "/_inference/text_embedding/my-e5",
        "status": 200,
        "outcome": "done",
    }


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DONE),
        (401, Outcome.DENIED),
        (403, Outcome.DENIED),
        (429, Outcome.DENIED),
        (400, Outcome.REFUSED),
        (404, Outcome.REFUSED),
        (408, Outcome.REFUSED),
        (409, Outcome.REFUSED),
        (500, Outcome.FAILED),
        (503, Outcome.FAILED),
    ],
)
def test_the_answer_tells_how_it_ended(status: int, outcome: Outcome) -> None:
    assert choose_outcome(status) is outcome


def test_somebody_unknown_is_nobody() -> None:
    line = json.loads(build_line(replace(CHANGE, caller=None, status=401)))

    assert (line["user"], line["key_id"], line["outcome"]) == (None, None, "denied")


def test_no_query_is_told() -> None:
    line = build_line(replace(CHANGE, path="/_inference/a?api_key=secret"))

    assert "secret" not in line


@given(st.text(max_size=1000), st.text(max_size=1000))
def test_whatever_a_client_sends_it_stays_one_short_line(path: str, name: str) -> None:
    line = build_line(replace(CHANGE, path=path, action=Action(Verb.DELETE, "shop", name)))

    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert len(json.loads(line)["path"]) <= 257


def test_it_is_logged_under_a_name_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "allot_gateway.audit"):
        write(CHANGE)

    assert caplog.messages == [build_line(CHANGE)]
