from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

from allot_local.credentials import add_credentials, write_credentials
from allot_local.layout import Addresses, Layout

ADDRESSES = Addresses(
    api_server=1, etcd=2, etcd_peer=3, controller_manager=4, scheduler=5, node=6, pod_octet=17
)


def test_no_key_may_be_read_by_others(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "c")

    write_credentials("c", layout, ADDRESSES, datetime(2026, 11, 24, tzinfo=UTC))

    private = [*layout.pki.glob("*.key"), *layout.pki.glob("*.kubeconfig"), layout.kubeconfig]
    assert len(private) >= 10
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    assert stat.S_IMODE(layout.pki.stat().st_mode) == 0o700


def test_what_an_earlier_version_did_not_write_is_added_and_nothing_else_changes(
    tmp_path: Path,
) -> None:
    layout = Layout(tmp_path / "c")
    now = datetime(2026, 11, 24, tzinfo=UTC)
    write_credentials("c", layout, ADDRESSES, now)
    before = {path.name: path.read_bytes() for path in layout.pki.iterdir()}
    for path in layout.pki.glob("load-balancer.*"):
        path.unlink()

    add_credentials("c", layout, ADDRESSES, now)

    after = {path.name: path.read_bytes() for path in layout.pki.iterdir()}
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} == {
        f"load-balancer.{kind}" for kind in ("crt", "key", "kubeconfig")
    }
