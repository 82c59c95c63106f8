from __future__ import annotations

from typing import Any

from allot_api.names import POD_TOKEN_PATH, POD_TOKEN_SECRET
from allot_api.rules.pod_lists import is_reserved_path, is_reserved_volume
from allot_operator.desired.deployment import build_deployment
from allot_operator.desired.pod_token import build_token_mount, build_token_volume
from tests.unit.allot_operator.builders import IMAGE, a_model_spec, a_subject, some_settings


def test_a_pod_starts_without_the_secret_and_finds_it_later() -> None:
    manifest = build_deployment(a_subject("d"), some_settings(), a_model_spec(), IMAGE)
    pod: dict[str, Any] = manifest["spec"]["template"]["spec"]

    assert build_token_volume() in pod["volumes"]
    assert build_token_volume()["secret"]["optional"] is True
    assert build_token_mount() in pod["containers"][0]["volumeMounts"]


def test_no_pod_block_can_put_another_in_its_place() -> None:
    assert is_reserved_volume(POD_TOKEN_SECRET)
    assert is_reserved_path(POD_TOKEN_PATH)
