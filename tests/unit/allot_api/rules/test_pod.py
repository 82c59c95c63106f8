from __future__ import annotations

import re

import pytest

from allot_api.model_deployment import ModelDeploymentSpec
from allot_api.rules.pod import pod_rules
from allot_api.rules.pod_lists import (
    is_reserved_key,
    is_reserved_path,
    is_reserved_variable,
    is_reserved_volume,
)
from allot_api.rules.pod_reader import PodReader
from allot_api.rules.pod_resources import cpu_rules
from allot_api.rules.rule import Candidate

READER: PodReader[ModelDeploymentSpec] = PodReader(
    pod=lambda it: it.spec.pod,
    threads_cel="self.num_threads",
    threads=lambda it: it.spec.num_threads,
)


def a_candidate(**pod: object) -> Candidate[ModelDeploymentSpec]:
    spec = ModelDeploymentSpec.model_validate({"model_id": "e5", "num_threads": 4, "pod": pod})
    return Candidate(name="d", spec=spec)


def test_a_spec_without_a_block_obeys_every_rule() -> None:
    candidate = Candidate(name="d", spec=ModelDeploymentSpec(model_id="e5"))

    assert [rule.name for rule in pod_rules(READER) if not rule.is_obeyed(candidate)] == []


@pytest.mark.parametrize(
    ("cpu", "is_obeyed"), [("4", True), ("4000m", True), ("3999m", False), ("8", False)]
)
def test_a_cpu_request_is_the_number_of_threads(cpu: str, is_obeyed: bool) -> None:
    requests, _ = cpu_rules(READER)

    assert requests.is_obeyed(a_candidate(resources={"requests": {"cpu": cpu}})) is is_obeyed


@pytest.mark.parametrize(("cpu", "is_obeyed"), [("4", True), ("4500m", True), ("3500m", False)])
def test_a_cpu_limit_leaves_room_for_the_threads(cpu: str, is_obeyed: bool) -> None:
    _, limits = cpu_rules(READER)

    assert limits.is_obeyed(a_candidate(resources={"limits": {"cpu": cpu}})) is is_obeyed


@pytest.mark.parametrize(
    "path",
    [
        "/tmp",
        "/tmp/x",
        "/var",
        "/var/cache",
        "/var/cache/allot",
        "/var/cache/allot/x",
        "/var/lib",
        "/var/lib/allot/claim",
        "/a/..",
    ],
)
def test_what_allot_mounts_is_not_mounted_over(path: str) -> None:
    assert is_reserved_path(path)


@pytest.mark.parametrize("path", ["/tmpfs", "/var/run/x", "/etc/ssl", "/opt/.cache", "/a..b"])
def test_other_paths_are_free(path: str) -> None:
    assert not is_reserved_path(path)


def test_what_is_reserved_is_reserved_by_name_and_by_prefix() -> None:
    assert is_reserved_key("app.kubernetes.io/name")
    assert is_reserved_key("inference.allot.dev/anything")
    assert not is_reserved_key("app.kubernetes.io/version")
    assert is_reserved_variable("POD_NAME")
    assert is_reserved_variable("ALLOT_ANYTHING")
    assert not is_reserved_variable("ALLOT_LOG_FORMAT")
    assert not is_reserved_variable("HF_TOKEN")
    assert is_reserved_volume("tmp")
    assert is_reserved_volume("allot-anything")
    assert not is_reserved_volume("certificates")


def test_a_rule_in_cel_asks_for_nothing_that_may_be_absent_first() -> None:
    for rule in pod_rules(READER):
        assert re.match(r"!has\(self\.pod\) \|\| ", rule.cel)
