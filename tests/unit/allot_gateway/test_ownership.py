from __future__ import annotations

from typing import Any

import pytest

from allot_gateway.ownership import GATEWAY_MANAGER, find_owners


def an_entry(manager: str, fields: dict[str, Any], subresource: str = "") -> dict[str, Any]:
    entry = {"manager": manager, "operation": "Apply", "fieldsV1": fields}
    return entry | ({"subresource": subresource} if subresource else {})


SPEC = {"f:spec": {"f:service_settings": {"f:num_allocations": {}}}}


@pytest.mark.parametrize(
    ("entry", "owners"),
    [
        (an_entry("flux", SPEC), ("flux",)),
        (an_entry(GATEWAY_MANAGER, SPEC), ()),
        (an_entry("allot", {"f:status": {}}, "status"), ()),
        (an_entry("labeller", {"f:metadata": {"f:labels": {}}}), ()),
    ],
)
def test_who_wrote_the_spec_owns_it(entry: dict[str, Any], owners: tuple[str, ...]) -> None:
    assert find_owners({"metadata": {"managedFields": [entry]}}) == owners


def test_a_field_is_owned_by_those_who_wrote_that_field() -> None:
    manifest = {"metadata": {"managedFields": [an_entry("flux", SPEC), an_entry("argo", SPEC)]}}

    assert find_owners(manifest, [("service_settings", "num_allocations")]) == ("argo", "flux")
    assert find_owners(manifest, [("service_settings", "adaptive_allocations")]) == ()
    assert find_owners(manifest, [("task_settings",)]) == ()


def test_an_object_without_records_has_no_owners() -> None:
    assert find_owners({"metadata": {}}) == ()
