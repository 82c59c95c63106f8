from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from allot_local.certificates import VALID_DAYS, Pair, Subject, new_authority, sign
from allot_local.credentials import build_kubeconfig, subjects

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> Pair:
    return new_authority("authority", NOW)


def test_what_an_authority_signs_names_whom_it_is_for(authority: Pair) -> None:
    subject = Subject("system:node:n", ("system:nodes",), ("localhost",), ("127.0.0.1",))

    signed = x509.load_pem_x509_certificate(sign(authority, subject, NOW).certificate)

    signed.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.certificate))
    names = {
        oid: [one.value for one in signed.subject.get_attributes_for_oid(oid)]
        for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
    }
    assert list(names.values()) == [["system:node:n"], ["system:nodes"]]
    alternatives = signed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert alternatives.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(one) for one in alternatives.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_certificates_outlive_the_wish_to_try_something(authority: Pair) -> None:
    signed = x509.load_pem_x509_certificate(sign(authority, Subject("a"), NOW).certificate)

    assert signed.not_valid_before_utc < NOW
    assert signed.not_valid_after_utc == NOW + timedelta(days=VALID_DAYS)


def test_an_authority_signs_and_what_it_signs_does_not(authority: Pair) -> None:
    def may_sign(pair: Pair) -> bool:
        certificate = x509.load_pem_x509_certificate(pair.certificate)
        return bool(
            certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
        )

    assert may_sign(authority)
    assert not may_sign(sign(authority, Subject("a"), NOW))


def test_each_component_is_the_user_that_kubernetes_knows() -> None:
    named = subjects("mine")

    assert named["node"].common_name == "system:node:allot-local-mine"
    assert named["node"].organizations == ("system:nodes",)
    assert named["admin"].organizations == ("system:masters",)
    assert "127.0.0.1" in named["server"].addresses


def test_a_kubeconfig_holds_all_it_needs() -> None:
    document = build_kubeconfig(
        "allot-x", server="https://127.0.0.1:1", authority=b"ca", pair=Pair(b"crt", b"key")
    )

    (context,) = document["contexts"]
    assert document["current-context"] == context["name"] == "allot-x"
    assert document["clusters"][0]["cluster"]["certificate-authority-data"] == "Y2E="
    assert document["users"][0]["user"] == {
        "client-certificate-data": "Y3J0", "client-key-data": "a2V5",
    }  # fmt: skip
