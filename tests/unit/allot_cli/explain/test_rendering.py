from __future__ import annotations

import json

import pytest

from allot_cli.explain.explaining import Explanation, explain
from allot_cli.explain.rendering import Output, render
from tests.unit.allot_cli.explain.builders import (
    NOW,
    a_condition,
    a_decision,
    a_status,
    some_endpoint_facts,
    some_facts,
)

STORY = """\
InferenceEndpoint e in namespace here, model e5, served by ModelDeployment e-1234

Wants       3 allocations, 2 are ready; 1 to 4 allowed; policy work
Ready       True, FullyAllocated: 2 of 3 allocations are ready
Limited     NoRoom: no node takes it
Why         MoreWork, 3 min ago: 2,710 tokens/s arrive
From        arriving_tokens_per_second  2,710 tokens/s  arrive, over the last minute at most
            waiting_tokens              0 tokens        wait in the pods to be computed
            capacity_tokens_per_second  1,450 tokens/s  one allocation does when its forward passes are full
            moon_phase                  0.25
Changes by  goes up when clearly more than 3,480 tokens/s arrive (80 % of what 3 allocations can do), or when more waits than they would do in 10 s
            goes down when clearly fewer than 2,320 tokens/s arrive for 2 min
Decisions   AT                    FROM  TO  REASON    MESSAGE
            2026-11-30 11:51:00Z  -     2   First     the minimum is 2
            2026-11-30 11:57:00Z  2     3   MoreWork  2,710 tokens/s arrive"""  # noqa: E501
INPUTS = {
    "waiting_tokens": 0.0,
    "moon_phase": 0.25,
    "arriving_tokens_per_second": 2710.0,
    "capacity_tokens_per_second": 1450.0,
}


@pytest.fixture
def explained() -> Explanation:
    limited = a_condition("ScalingLimited", "True", "NoRoom", "no node takes it")
    facts = some_endpoint_facts(
        a_decision(9, previous=None, target=2, reason="First", message="the minimum is 2"),
        a_decision(message="2,710 tokens/s arrive", inputs=INPUTS),
        status=a_status(3, 2, limited),
    )
    return explain(facts, last=10)


def test_people_get_the_whole_story(explained: Explanation) -> None:
    assert render(explained, Output.TABLE, NOW) == STORY


def test_scripts_get_a_decision_a_line(explained: Explanation) -> None:
    heading, first, last = render(explained, Output.TSV, NOW).split("\n")

    assert heading.split("\t") == ["at", "from", "to", "policy", "reason", "message", "inputs"]
    assert first.split("\t")[:6] == [
        "2026-11-30T11:51:00.000Z", "", "2", "work", "First", "the minimum is 2",
    ]  # fmt: skip
    assert json.loads(last.split("\t")[6]) == INPUTS


def test_programs_get_it_all_as_json(explained: Explanation) -> None:
    document = json.loads(render(explained, Output.JSON, NOW))

    assert (document["target"], document["ready"], document["limit"]) == (
        3,
        2,
        "NoRoom: no node takes it",
    )
    assert [one["from"] for one in document["decisions"]] == [None, 2]
    assert len(document["outlook"]) == 2


@pytest.mark.parametrize("output", Output)
def test_what_is_not_known_is_left_out_or_said(output: Output) -> None:
    text = render(explain(some_facts(status={}), last=10), output, NOW)

    assert "None" not in text
    assert text == text.rstrip()


def test_a_message_stays_on_its_line() -> None:
    explained = explain(some_facts(a_decision(message="a\tb\nc")), last=1)

    *_, row = render(explained, Output.TSV, NOW).split("\n")

    assert row.split("\t")[5] == "a b c"
