from __future__ import annotations

from allot_api.terms import ModelState
from allot_cluster.resources import MODEL_DEPLOYMENTS
from allot_operator.facts.reports import NotKnown, Reading
from allot_operator.observing.ledger import Ledger
from allot_operator.observing.rounds import ask_round, read_pods
from allot_operator.observing.sightings import sight_pods
from allot_operator.scaling.policy import Bound, Policy
from allot_operator.work.keys import Key
from tests.unit.allot_operator.builders import NOW, a_pod, a_report

KEY = Key(MODEL_DEPLOYMENTS, "a", "d")
POLICY = Policy(Bound.FIXED, 1, 1)


def nothing_held(_: Key) -> None:
    """Stand for gateways that hold nothing."""


class Answers:
    """Pods that answer by address."""

    def __init__(self, **by_address: Reading) -> None:
        self.by_address = by_address
        self.asked: list[str] = []

    async def read(self, ip: str, namespace: str) -> Reading:
        self.asked.append(ip)
        return self.by_address.get(ip, NotKnown("nobody there"))


async def test_a_round_has_those_looked_at_of_whom_there_is_news() -> None:
    ledger, stats, keys = Ledger(), Answers(here=a_report()), list[Key]()
    pods = [a_pod("a", ip="here"), a_pod("b", ip="away")]
    ledger.note(KEY, sight_pods(pods, 1), POLICY, 1)

    first = await ask_round(ledger, stats, keys.append, lambda: NOW, nothing_held)
    second = await ask_round(ledger, stats, keys.append, lambda: NOW, nothing_held)

    assert (first, second, keys) == (1, 0, [KEY])
    assert stats.asked == ["here", "away"] * 2


async def test_a_target_that_is_decided_otherwise_is_news() -> None:
    ledger, keys = Ledger(), list[Key]()
    ledger.note(KEY, sight_pods([], 3), POLICY, 3)

    await ask_round(ledger, Answers(), keys.append, lambda: NOW, nothing_held)

    assert keys == [KEY]


async def test_a_pass_asks_only_those_that_were_never_asked() -> None:
    ledger, stats = Ledger(), Answers(one=a_report(), two=a_report(num_threads=2))
    known, new = a_pod("a", ip="one"), a_pod("b", ip="two")
    ledger.hear(known.uid, a_report(), NOW)

    readings = await read_pods(ledger, stats, [known, new, a_pod("c", ip="")], lambda: NOW)

    assert stats.asked == ["two"]
    assert readings == {known.uid: a_report(), new.uid: a_report(num_threads=2)}


async def test_a_pass_asks_a_pod_again_that_has_become_ready_since() -> None:
    ledger, stats = Ledger(), Answers(one=a_report())
    pod = a_pod("a", ip="one", is_ready=True)
    ledger.hear(pod.uid, a_report(ModelState.LOADING), NOW)

    readings = await read_pods(ledger, stats, [pod], lambda: NOW)

    assert readings == {pod.uid: a_report()}
    await read_pods(ledger, stats, [pod], lambda: NOW)
    assert stats.asked == ["one"]


async def test_a_pass_does_not_wait_for_a_pod_that_did_not_answer() -> None:
    ledger, stats = Ledger(), Answers()
    pod = a_pod("a", ip="one", is_ready=True)
    ledger.hear(pod.uid, NotKnown("nobody there"), NOW)

    await read_pods(ledger, stats, [pod], lambda: NOW)

    assert stats.asked == []
