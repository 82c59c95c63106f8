from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from allot_api.names import derived_name
from allot_gateway.naming import choose_name, list_names

DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def test_an_id_that_can_be_a_name_is_its_name() -> None:
    assert choose_name("my-e5.v2") == "my-e5.v2"
    assert list_names("my-e5") == ("my-e5", derived_name("my-e5"))


def test_another_id_has_a_derived_one() -> None:
    assert choose_name(".elser_model_2") == derived_name(".elser_model_2")
    assert list_names(".elser_model_2") == (derived_name(".elser_model_2"),)


@given(st.text(alphabet="aZ0._-", min_size=1, max_size=300))
def test_a_name_is_one_that_the_api_server_takes(identifier: str) -> None:
    name = choose_name(identifier)

    assert DNS_SUBDOMAIN.fullmatch(name)
    assert len(name) <= 253
