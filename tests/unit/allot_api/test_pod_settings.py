from __future__ import annotations

from typing import Any

from allot_api.pod_affinity import Affinity
from allot_api.pod_scheduling import Toleration
from allot_api.pod_selectors import LabelSelector
from allot_api.pod_settings import PodSettings, dump_pod_settings
from allot_api.pod_volumes import Volume
from tests.cases.validation import CASES


def blocks() -> list[dict[str, Any]]:
    return [case.spec["pod"] for case in CASES if "pod" in case.spec and not case.violations]


def test_what_was_written_is_what_is_passed_on() -> None:
    block = {
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": []}},
        "volumes": [{"name": "a", "emptyDir": {}}],
    }

    assert dump_pod_settings(PodSettings.model_validate(block)) == block


def test_every_block_that_is_taken_survives_being_passed_on() -> None:
    assert blocks()
    for block in blocks():
        settings = PodSettings.model_validate(block)
        assert PodSettings.model_validate(dump_pod_settings(settings)) == settings


def test_an_empty_block_says_nothing() -> None:
    assert dump_pod_settings(PodSettings()) == {}


def test_nothing_is_filled_in() -> None:
    for empty in (Toleration(), Affinity(), LabelSelector()):
        assert empty.model_dump(exclude_none=True) == {}
    assert Volume(name="a").model_dump(exclude_none=True) == {"name": "a"}
