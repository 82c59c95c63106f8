from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_gateway.access.credentials import (
    MOST_BYTES,
    Malformed,
    Pair,
    Token,
    parse_credentials,
)

PAIR = base64.b64encode(b"id:se:cret")


def test_each_scheme_is_read_in_any_case() -> None:
    assert parse_credentials(b"ApiKey " + PAIR) == Pair("id", b"se:cret")
    assert parse_credentials(b"apikey   " + PAIR) == Pair("id", b"se:cret")
    assert parse_credentials(b"Basic " + PAIR) == Pair("id", b"se:cret", is_basic=True)
    assert parse_credentials(b"Bearer " + PAIR) == Pair("id", b"se:cret")
    assert parse_credentials(b"Bearer e30.e30.e30") == Token("e30.e30.e30")
    assert parse_credentials(b"bearer opaque") == Token("opaque")


def test_padding_may_be_left_out() -> None:
    assert parse_credentials(b"ApiKey " + PAIR.rstrip(b"=")) == Pair("id", b"se:cret")


def test_a_bearer_whose_id_is_no_keys_is_a_token() -> None:
    shown = base64.b64encode(b"no id!:x").decode()

    assert parse_credentials(b"Bearer " + shown.encode()) == Token(shown)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"ApiKey",
        b"ApiKey !!!",
        b"ApiKey " + base64.b64encode(b"nocolon"),
        b"ApiKey " + base64.b64encode(b":secret"),
        b"ApiKey " + base64.b64encode(b"id:"),
        b"Basic " + base64.b64encode(b"\xff\xff:x"),
        b"Bearer",
        b"Bearer two words",
        b"Digest abc",
        b"ApiKey \xff",
        b"Bearer " + b"a" * MOST_BYTES,
    ],
)
def test_anything_else_is_malformed_and_not_repeated(header: bytes) -> None:
    found = parse_credentials(header)

    assert isinstance(found, Malformed)
    value = header.partition(b" ")[2].decode("latin-1")
    assert not value or value not in found.reason


@given(st.binary(max_size=200))
def test_any_header_is_read_without_an_error(header: bytes) -> None:
    assert isinstance(parse_credentials(header), Pair | Token | Malformed)


@given(st.sampled_from([b"ApiKey ", b"Basic ", b"Bearer "]), st.binary(max_size=200))
def test_any_value_is_read_without_an_error(scheme: bytes, value: bytes) -> None:
    for shown in (value, base64.b64encode(value)):
        assert isinstance(parse_credentials(scheme + shown), Pair | Token | Malformed)


def test_what_is_secret_is_in_no_repr() -> None:
    assert "cret" not in repr(parse_credentials(b"ApiKey " + PAIR))
    assert "opaque" not in repr(parse_credentials(b"Bearer opaque"))
