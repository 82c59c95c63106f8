from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import pytest

from allot_local.errors import LocalClusterError
from allot_local.ports import (
    choose_addresses,
    claim_octet,
    free_ports,
    is_claimed,
    release_octet,
)


def a_cluster(tmp_path: Path, name: str) -> str:
    (tmp_path / name).mkdir()
    return str(tmp_path / name)


def test_ports_are_distinct() -> None:
    assert len(set(free_ports(20))) == 20


def test_a_cluster_gets_a_port_for_each_component() -> None:
    addresses = choose_addresses(17)

    *ports, octet = astuple(addresses)
    assert len(set(ports)) == 6
    assert octet == 17


def test_two_clusters_never_share_a_pod_network(tmp_path: Path) -> None:
    one, other = a_cluster(tmp_path, "one"), a_cluster(tmp_path, "other")

    octets = [claim_octet(tmp_path / "networks", name) for name in (one, other, one)]

    assert octets[0] == octets[2] != octets[1]


def test_the_network_of_a_cluster_that_is_gone_is_free_again(tmp_path: Path) -> None:
    registry = tmp_path / "networks"
    gone = a_cluster(tmp_path, "gone")
    octet = claim_octet(registry, gone, [20])
    Path(gone).rmdir()
    assert not is_claimed(registry / "20")

    assert claim_octet(registry, a_cluster(tmp_path, "next"), [20]) == octet


def test_a_network_that_is_given_back_is_free(tmp_path: Path) -> None:
    registry = tmp_path / "networks"
    claim_octet(registry, a_cluster(tmp_path, "one"), [20])

    release_octet(registry, 20)
    release_octet(registry, 20)

    assert claim_octet(registry, a_cluster(tmp_path, "two"), [20]) == 20


def test_no_network_left_is_told_with_what_to_do(tmp_path: Path) -> None:
    claim_octet(tmp_path / "networks", a_cluster(tmp_path, "one"), [20])

    with pytest.raises(LocalClusterError, match="allot local reset"):
        claim_octet(tmp_path / "networks", a_cluster(tmp_path, "two"), [20])
