from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from allot_api import names

LABEL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")


def test_a_derived_name_keeps_what_kubernetes_takes() -> None:
    assert names.derived_name(".elser_model_2") == "elser-model-2-696ed68f"


def test_a_prefix_stands_before_the_slug() -> None:
    assert names.derived_name(".elser_model_2", "allot-") == "allot-elser-model-2-696ed68f"


def test_a_name_without_a_letter_gets_one() -> None:
    assert names.derived_name("9").startswith("id-9-")


def test_ids_that_look_alike_have_different_names() -> None:
    alike = ["my-model", "my_model", ".my-model", "My-Model"]

    assert len({names.derived_name(identifier) for identifier in alike}) == len(alike)


@given(st.text(max_size=300), st.sampled_from(["", names.DEPLOYMENT_PREFIX]))
def test_every_derived_name_is_a_short_dns_label(identifier: str, prefix: str) -> None:
    derived = names.derived_name(identifier, prefix)

    assert LABEL.fullmatch(derived)
    assert len(derived) <= names.MAX_DERIVED_LENGTH
    assert derived.startswith(prefix)


def test_labels_carry_the_derived_name_and_no_id() -> None:
    labels = names.model_labels("allot-elser-model-2-696ed68f")

    assert labels == {
        "app.kubernetes.io/managed-by": "allot",
        "app.kubernetes.io/name": "allot-model",
        "app.kubernetes.io/component": "model",
        "inference.allot.dev/model-deployment": "allot-elser-model-2-696ed68f",
    }
