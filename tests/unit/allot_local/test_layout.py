from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_local.errors import LocalClusterError
from allot_local.layout import Addresses, Layout, check_name, choose_cache, choose_root

HOME = Path("/home/someone")
ADDRESSES = Addresses(
    api_server=1, etcd=2, etcd_peer=3, controller_manager=4, scheduler=5, node=6, pod_octet=17
)


def test_addresses_are_read_as_they_were_written() -> None:
    assert Addresses.from_json(ADDRESSES.to_json()) == ADDRESSES
    assert (ADDRESSES.pod_network, ADDRESSES.server) == ("127.17.0.0/16", "https://127.0.0.1:1")


@pytest.mark.parametrize(
    ("environment", "root"),
    [
        ({}, HOME / ".local/state/allot"),
        ({"XDG_STATE_HOME": "/state"}, Path("/state/allot")),
        ({"XDG_STATE_HOME": "/state", "ALLOT_HOME": "/mine"}, Path("/mine")),
        ({"ALLOT_HOME": ""}, HOME / ".local/state/allot"),
    ],
)
def test_where_clusters_lie(environment: dict[str, str], root: Path) -> None:
    assert choose_root(environment, HOME) == root


@pytest.mark.parametrize(
    ("environment", "cache"),
    [
        ({}, HOME / ".cache/allot"),
        ({"XDG_CACHE_HOME": "/cache"}, Path("/cache/allot")),
        ({"XDG_CACHE_HOME": "/cache", "ALLOT_CACHE_HOME": "/mine"}, Path("/mine")),
    ],
)
def test_where_programs_are_kept(environment: dict[str, str], cache: Path) -> None:
    assert choose_cache(environment, HOME) == cache


@pytest.mark.parametrize("name", ["a", "allot", "a-b-1", "x" * 40])
def test_names_that_fit_everywhere(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a_b", "a/b", "..", "x" * 41, "ä"])
def test_names_that_fit_nowhere_are_refused_with_the_rule(name: str) -> None:
    with pytest.raises(LocalClusterError, match="1 to 40 lower-case letters"):
        check_name(name)


@given(st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True))
def test_every_path_of_a_cluster_lies_in_its_folder(name: str) -> None:
    layout = Layout(HOME / name)
    paths = [
        layout.addresses, layout.pki, layout.etcd, layout.logs, layout.run, layout.node,
        layout.kubeconfig, layout.lock, layout.log("etcd"), layout.component_kubeconfig("node"),
    ]  # fmt: skip

    assert len(set(paths)) == len(paths)
    assert all(path.is_relative_to(layout.home) for path in paths)
