"""Which pods of a deployment serve, are on their way or have no place, as a pass found them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from allot_operator.facts.pods import Pod, Trouble
from allot_operator.facts.reports import Reading, Report
from allot_operator.scaling.observation import PodSilence, PodWork


@dataclass(frozen=True, slots=True)
class Place:
    """Where a running pod is asked, and whether it serves."""

    ip: str
    is_serving: bool


@dataclass(frozen=True, slots=True)
class Sighting:
    """The running pods by uid; how many are on their way, and how many have no place."""

    places: Mapping[str, Place] = field(default_factory=dict)
    starting: int = 0
    stuck: int = 0


def sight_pods(pods: Iterable[Pod], target: int, *, is_refused: bool = False) -> Sighting:
    """Return what is to be seen of a deployment's pods.

    With `is_refused`, such as by a quota, those that are not there yet will not come. A pod that
    only replaces another one is not on its way: once it serves, the other one goes.
    """
    pods = tuple(pods)
    places = {pod.uid: Place(pod.ip, pod.is_ready) for pod in pods if pod.ip and pod.is_running}
    serving = sum(place.is_serving for place in places.values())
    missing = max(0, target - len(pods))
    homeless = sum(pod.trouble is Trouble.UNSCHEDULABLE for pod in pods)
    coming = sum(not pod.is_ready and pod.trouble is None for pod in pods)
    free = max(0, target - serving)
    stuck = min(free, homeless + (missing if is_refused else 0))
    starting = min(free - stuck, coming + (0 if is_refused else missing))
    return Sighting(places, starting, stuck)


def tell_work(uid: str, reading: Reading | None, *, is_serving: bool) -> PodWork | PodSilence:
    """Return what a pod's last answer tells scaling."""
    if not isinstance(reading, Report):
        return PodSilence(uid, is_serving)
    return PodWork(
        uid=uid,
        boot_id=reading.boot_id,
        is_serving=is_serving,
        work=reading.work,
        pass_tokens=reading.pass_tokens,
        start_seconds=reading.start_seconds,
    )
