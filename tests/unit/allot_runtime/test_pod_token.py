"""The check of a pod's callers, against a folder that changes as a kubelet changes it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from allot_protocol.errors import RequestFault
from allot_runtime.pod_token import GRACE_SECONDS, PodToken, read_stamp
from tests.fakes.echo_allocation import a_served_model

BODY = {"input": "a cat"}


class Mounted:
    """A folder whose files are links into one that is replaced as a whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "mounted"
        self.now, self.turn = 1000.0, 0
        self.token = PodToken(self.folder, lambda: self.now)

    def write(self, **files: str) -> None:
        self.turn += 1
        fresh = self.folder / f"..{self.turn}"
        fresh.mkdir(parents=True)
        for name, content in files.items():
            (fresh / name).write_text(content)
        link = self.folder / "..new"
        link.symlink_to(fresh.name)
        os.replace(link, self.folder / "..data")
        for path in self.folder.iterdir():
            if not path.name.startswith("..") and path.name not in files:
                path.unlink()
        for name in files:
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(f"..data/{name}")
        self.now += 1

    def admits(self, token: str | None) -> bool:
        try:
            self.token.check(None if token is None else f"Bearer {token}")
        except RequestFault:
            return False
        return True


@pytest.fixture
def mounted(tmp_path: Path) -> Mounted:
    return Mounted(tmp_path)


def test_without_a_secret_all_are_answered(mounted: Mounted) -> None:
    assert mounted.admits(None)
    assert mounted.admits("whatever")
    mounted.write()
    assert mounted.admits(None)


def test_with_a_secret_those_only_who_show_it(mounted: Mounted) -> None:
    mounted.write(token="secret\n")

    assert mounted.admits("secret")
    for wrong in (None, "", "Secret", "secret2", "geheimnis-ü"):
        assert not mounted.admits(wrong)
    with pytest.raises(RequestFault):
        mounted.token.check("ApiKey secret")
    mounted.token.check("bearer secret")


def test_a_change_goes_by_two_tokens_that_are_both_right(mounted: Mounted) -> None:
    mounted.write(token="old")
    assert mounted.admits("old")

    mounted.write(token="new", previous="old")
    assert mounted.admits("old")
    assert mounted.admits("new")

    mounted.write(token="new")
    assert mounted.admits("old")
    mounted.now += GRACE_SECONDS
    assert not mounted.admits("old")
    assert mounted.admits("new")


def test_a_token_that_is_taken_out_counts_no_longer_for_later_changes(mounted: Mounted) -> None:
    mounted.write(token="old")
    mounted.admits("old")
    mounted.write(token="new")
    mounted.admits("new")
    mounted.now += GRACE_SECONDS / 2
    mounted.write(token="newer")

    assert mounted.admits("old")
    mounted.now += GRACE_SECONDS / 2
    assert not mounted.admits("old")


def test_a_secret_that_goes_opens_the_pod_again(mounted: Mounted) -> None:
    mounted.write(token="secret")
    assert not mounted.admits(None)

    mounted.write()

    assert mounted.admits(None)


@pytest.mark.parametrize("files", [{"token": ""}, {"token": "  \n"}, {"tokne": ""}])
def test_a_secret_without_a_token_lets_nobody_in(mounted: Mounted, files: dict[str, str]) -> None:
    mounted.write(**files)

    assert not mounted.admits(None)
    assert not mounted.admits("")


def test_files_are_looked_at_once_a_second_at_most(mounted: Mounted) -> None:
    mounted.write(token="old")
    assert mounted.admits("old")

    mounted.write(token="new")
    mounted.now -= 0.5
    assert not mounted.admits("new")
    mounted.now += 0.5
    assert mounted.admits("new")


def test_a_folder_that_is_no_folder_is_as_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert read_stamp(tmp_path / "file") == read_stamp(tmp_path / "absent") == ()


async def test_inference_and_stats_are_guarded_and_probes_are_not(tmp_path: Path) -> None:
    mounted = Mounted(tmp_path)
    mounted.write(token="secret")
    shown = {"Authorization": "Bearer secret"}
    async with a_served_model(tmp_path, pod_token_dir=mounted.folder) as (_, client):
        refused = await client.post("/_inference/any", json=BODY)

        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == 'Bearer realm="security"'
        assert refused.headers["x-elastic-product"] == "Elasticsearch"
        assert refused.json()["error"]["type"] == "security_exception"
        assert (await client.get("/stats")).status_code == 401
        for path in ("/livez", "/readyz", "/metrics"):
            assert (await client.get(path)).status_code == 200
        assert (await client.post("/_inference/any", json=BODY, headers=shown)).status_code == 200
        assert (await client.get("/stats", headers=shown)).status_code == 200
