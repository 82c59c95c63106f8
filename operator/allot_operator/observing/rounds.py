"""The loop that asks all pods, and has those deployments looked at of which there is news."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from allot_api.terms import ModelState
from allot_operator.facts.pods import Pod
from allot_operator.facts.reports import Reading, Report
from allot_operator.observing.ledger import Ledger
from allot_operator.observing.stats_client import StatsReader, ask_all
from allot_operator.scaling.observation import Held
from allot_operator.scaling.records import is_told
from allot_operator.work.keys import Key

logger = logging.getLogger(__name__)

Enqueue = Callable[[Key], None]


async def ask_round(
    ledger: Ledger,
    stats: StatsReader,
    enqueue: Enqueue,
    now: Callable[[], datetime],
    held_for: Callable[[Key], Held | None],
) -> int:
    """Ask every pod once, and return how many answered with news.

    A deployment is looked at again if an answer would change its status, or if the decision on
    its target came out otherwise, or for another reason that is told. `held_for` is what gateways
    hold for a deployment.
    """
    places = ledger.addresses()
    answers = await ask_all(stats, ((ip, key.namespace) for key, ip in places.values()))
    news = set()
    for (uid, (key, _)), reading in zip(places.items(), answers, strict=True):
        if ledger.hear(uid, reading, now()):
            news.add(key)
    for key in ledger.deployments():
        before = ledger.last_decision_of(key)
        decision = ledger.decide_again(key, now(), held_for(key))
        if decision is None:
            continue
        if decision.target != ledger.target_of(key) or is_told(before, decision):
            news.add(key)
    for key in news:
        enqueue(key)
    return len(news)


async def read_pods(
    ledger: Ledger, stats: StatsReader, pods: Sequence[Pod], now: Callable[[], datetime]
) -> Mapping[str, Reading]:
    """Return what each pod last said, by uid, having asked those whose word is outdated.

    A pass must not judge by silence what one question would have told: else each restart of the
    operator would write "not reported", and a moment later the truth again.
    """
    asked = [
        pod
        for pod in pods
        if pod.ip and pod.is_running and is_outdated(ledger.reading_of(pod.uid), pod)
    ]
    answers = await ask_all(stats, ((pod.ip, pod.namespace) for pod in asked))
    for pod, reading in zip(asked, answers, strict=True):
        ledger.hear(pod.uid, reading, now())
    readings = {pod.uid: ledger.reading_of(pod.uid) for pod in pods}
    return {uid: reading for uid, reading in readings.items() if reading is not None}


def is_outdated(reading: Reading | None, pod: Pod) -> bool:
    """Whether a pod was never asked, or has become ready since it said how far it was.

    One that did not answer is left to the next round: a pass does not wait for it.
    """
    if reading is None:
        return True
    return pod.is_ready and isinstance(reading, Report) and reading.state is not ModelState.READY
