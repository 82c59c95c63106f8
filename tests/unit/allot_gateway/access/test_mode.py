from __future__ import annotations

import pytest

from allot_gateway.access.mode import Access, NotSaid, choose_mode

NEAR = ["127.0.0.1", "127.3.4.5", "::1", "[::1]", "localhost", "LOCALHOST"]
FAR = ["0.0.0.0", "::", "", "10.0.0.7", "192.168.0.1", "fe80::1", "gateway", "127.0.0.1.example"]


@pytest.mark.parametrize("host", NEAR)
def test_only_this_machine_reaches_loopback(host: str) -> None:
    assert choose_mode(host, None) is Access.NONE
    assert choose_mode(host, Access.AUTO) is Access.NONE
    assert choose_mode(host, Access.RBAC) is Access.RBAC


@pytest.mark.parametrize("host", FAR)
def test_elsewhere_it_has_to_be_said(host: str) -> None:
    with pytest.raises(NotSaid, match=r"ALLOT_ACCESS=rbac.*ALLOT_ACCESS=none"):
        choose_mode(host, None)

    assert choose_mode(host, Access.AUTO) is Access.RBAC
    assert choose_mode(host, Access.NONE) is Access.NONE
    assert choose_mode(host, Access.RBAC) is Access.RBAC
