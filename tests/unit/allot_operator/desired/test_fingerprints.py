from __future__ import annotations

from allot_operator.desired.fingerprints import FINGERPRINT_LENGTH, fingerprint


def test_is_the_same_in_any_key_order() -> None:
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1})


def test_differs_with_the_value_and_has_a_fixed_length() -> None:
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
    assert len(fingerprint(None)) == FINGERPRINT_LENGTH
