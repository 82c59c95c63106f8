from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

from allot_local.credentials import write_credentials
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
