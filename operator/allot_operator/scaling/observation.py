"""What is known of a deployment when its target is decided."""

from __future__ import annotations

from dataclasses import dataclass, field

from allot_operator.facts.reports import Work


@dataclass(frozen=True, slots=True)
class PodWork:
    """A running pod that answered. Its counters start anew with each `boot_id`.

    `pass_tokens` is the most tokens of one forward pass. `start_seconds` is the time from its
    process' start until it could serve, None until then.
    """

    uid: str
    boot_id: str
    is_serving: bool
    work: Work
    pass_tokens: int
    start_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class PodSilence:
    """A running pod that did not answer, or not yet."""

    uid: str
    is_serving: bool


@dataclass(frozen=True, slots=True)
class Held:
    """What waits for a deployment in gateways' lines, as they last said.

    `is_gateway_there` is whether one holds its Lease in the namespace: else nothing could start
    a deployment from zero.
    """

    inputs: int = 0
    is_gateway_there: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at a deployment.

    `live_target` is None before there is a target. `pods` are the running ones. `starting` is
    how many pods are on their way: asked for or made, not serving, nothing known to be in their
    way. `stuck` is how many have no place: no node takes them, or a quota refuses them.
    """

    live_target: int | None
    pods: tuple[PodWork | PodSilence, ...] = ()
    starting: int = 0
    stuck: int = 0
    held: Held = field(default_factory=Held)

    @property
    def serving(self) -> int:
        """Return how many pods serve."""
        return sum(pod.is_serving for pod in self.pods)

    @property
    def answers(self) -> tuple[PodWork, ...]:
        """Return what was said by the pods that serve and answered."""
        return tuple(pod for pod in self.pods if isinstance(pod, PodWork) and pod.is_serving)

    @property
    def is_complete(self) -> bool:
        """Whether every pod that serves answered."""
        return len(self.answers) == self.serving
