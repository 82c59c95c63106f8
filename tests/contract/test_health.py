"""Flux and Argo CD read the same health from the same status, in every state of every kind."""

from __future__ import annotations

import pytest

from tests.cases.argo_cd import health_of
from tests.cases.health import CASES, Case
from tests.kstatus.judging import kstatus_of


@pytest.fixture(scope="module")
def kstatus() -> dict[str, str]:
    """Flux's word for each case."""
    verdicts = kstatus_of(case.manifest for case in CASES)
    return {case.name: status for case, (status, _) in zip(CASES, verdicts, strict=True)}


def test_the_names_of_the_cases_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_flux_waits_for_what_is_not_settled(case: Case, kstatus: dict[str, str]) -> None:
    assert kstatus[case.name] == case.kstatus


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_argo_cd_shows_health_with_its_reason(case: Case) -> None:
    assert health_of(case.manifest) == (case.argo, case.message)


def test_flux_would_not_wait_for_what_has_no_status_hence_the_schemas_default() -> None:
    bare = {key: value for key, value in CASES[0].manifest.items() if key != "status"}

    ((status, _),) = kstatus_of([bare])

    assert status == "Current"
    assert health_of(bare)[0] == "Progressing"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_two_agree(case: Case) -> None:
    agreed = {
        "Current": {"Healthy"},
        "InProgress": {"Progressing", "Suspended"},
        "Failed": {"Degraded"},
        "Terminating": {"Progressing"},
    }

    assert case.argo in agreed[case.kstatus]
