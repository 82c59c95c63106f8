"""Pods made of numbers: a fluid that arrives, waits and is done, seen every five seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from allot_api.scaling import Scaling, resolve_scaling
from allot_api.terms import ScalingPolicy
from allot_operator.facts.reports import Work
from allot_operator.scaling.decision import Decision, Memory, decide
from allot_operator.scaling.observation import Held, Observation, PodSilence, PodWork
from allot_operator.scaling.policy import Bound, Policy, Tuning, build_tuning
from tests.unit.allot_operator.builders import NOW

ROUND_SECONDS = 5.0
STEP = timedelta(seconds=ROUND_SECONDS)
PASS_SECONDS, TOKEN_SECONDS, PASS_TOKENS, INPUT_TOKENS = 0.004, 0.0004, 384, 32
# A full pass holds 368 tokens of whole inputs, and takes 0.1512 s: 2,434 tokens a second, of
# which 1,947 are planned with.
CAPACITY = 368 / (PASS_SECONDS + TOKEN_SECONDS * 368)
PLANNED = 0.8 * CAPACITY
NOTHING = Work(0, 0, 0, 0, 0, 0, 0.0)
GATEWAY = Held(is_gateway_there=True)


def a_policy(minimum: int = 1, maximum: int = 20, **tuning: object) -> Policy:
    return Policy(Bound.ADAPTIVE, minimum, maximum, tuning=replace(Tuning(), **tuning))  # type: ignore[arg-type]


def as_elasticsearch(policy: Policy) -> Policy:
    name = ScalingPolicy.ELASTICSEARCH
    tuning = build_tuning(resolve_scaling(Scaling(policy=name)))
    return replace(policy, name=name, tuning=tuning)


def a_pod_at_work(
    uid: str = "a", work: Work = NOTHING, *, boot_id: str = "boot", is_serving: bool = True
) -> PodWork:
    return PodWork(uid, boot_id, is_serving, work, PASS_TOKENS, start_seconds=10.0)


def serve(work: Work, tokens: float, seconds: float = ROUND_SECONDS) -> Work:
    """Return a pod's counters after so many tokens came, and it did what it could."""
    inputs = round(tokens / INPUT_TOKENS)
    waiting = work.tokens_waiting + inputs * INPUT_TOKENS
    done = min(waiting, int(CAPACITY * seconds / INPUT_TOKENS) * INPUT_TOKENS)
    # Passes are as full as whole inputs make them, the last one is not.
    passes = -(-done // 352) if done else 0
    return replace(
        work,
        forward_passes=work.forward_passes + passes,
        inputs_arrived=work.inputs_arrived + inputs,
        inputs_done=work.inputs_done + done // INPUT_TOKENS,
        tokens_arrived=work.tokens_arrived + inputs * INPUT_TOKENS,
        tokens_done=work.tokens_done + done,
        tokens_waiting=waiting - done,
        inputs_pending=(waiting - done) // INPUT_TOKENS,
        busy_seconds=work.busy_seconds + PASS_SECONDS * passes + TOKEN_SECONDS * done,
    )


@dataclass(slots=True)
class Deployment:
    """Pods that start after some rounds, and the decisions on how many there should be.

    `room` is how many pods have a place.
    """

    policy: Policy
    target: int = 1
    start_rounds: int = 2
    room: int = 1000
    held: Held = GATEWAY
    memory: Memory = field(default_factory=Memory)
    now: datetime = NOW
    pods: dict[str, Work] = field(default_factory=dict)
    starting: list[int] = field(default_factory=list)
    number: int = 0
    decisions: list[Decision] = field(default_factory=list)

    def __post_init__(self) -> None:
        for _ in range(min(self.target, self.room)):
            self._add()

    def _add(self) -> None:
        self.number += 1
        self.pods[f"pod-{self.number}"] = NOTHING

    @property
    def stuck(self) -> int:
        return max(0, self.target - self.room)

    def observe(self, silent: Sequence[str] = ()) -> Observation:
        pods = tuple(
            PodSilence(uid, is_serving=True) if uid in silent else a_pod_at_work(uid, work)
            for uid, work in self.pods.items()
        )
        return Observation(self.target, pods, len(self.starting), self.stuck, self.held)

    def live(self, rate: float, silent: Sequence[str] = ()) -> Decision:
        """Let five seconds pass at a rate of tokens, and decide."""
        self.starting = [left - 1 for left in self.starting]
        for _ in [left for left in self.starting if left <= 0]:
            self._add()
        self.starting = [left for left in self.starting if left > 0]
        for uid, work in self.pods.items():
            self.pods[uid] = serve(work, rate * ROUND_SECONDS / len(self.pods))
        self.now += STEP
        decision = decide(self.policy, self.memory, self.observe(silent), self.now)
        self.memory = decision.memory
        self.decisions.append(decision)
        self.move(decision.target)
        return decision

    def move(self, target: int) -> None:
        """Start or end pods."""
        self.target = target
        there = len(self.pods) + len(self.starting)
        for _ in range(min(target, self.room) - there):
            self.starting.append(self.start_rounds)
        while len(self.pods) + len(self.starting) > target:
            if self.starting:
                self.starting.pop()
            else:
                self.pods.popitem()

    def run(self, rate: float, seconds: float) -> list[int]:
        """Return the targets of so many seconds at a rate."""
        return [self.live(rate).target for _ in range(round(seconds / ROUND_SECONDS))]
