"""Which cluster is meant, and what is read about it; files in a folder of the test's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from allot_cluster.credentials import (
    InCluster,
    KubeConfig,
    Source,
    choose_source,
    load_credentials,
)
from allot_cluster.errors import NotConfigured

IN_POD = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "HOME": "/home/me"}


@pytest.mark.parametrize(
    ("kubeconfig", "context", "environment", "source"),
    [
        ("/a", None, {"KUBECONFIG": "/b", **IN_POD}, KubeConfig("/a")),
        ("/a", "c", {}, KubeConfig("/a", "c")),
        (None, None, {"KUBECONFIG": "/b:/c", **IN_POD}, KubeConfig("/b:/c")),
        (None, None, IN_POD, InCluster("10.0.0.1", "443")),
        (None, "c", IN_POD, KubeConfig("/home/me/.kube/config", "c")),
        (None, None, {"HOME": "/home/me"}, KubeConfig("/home/me/.kube/config")),
        (None, None, {"KUBECONFIG": "", "HOME": "/home/me"}, KubeConfig("/home/me/.kube/config")),
    ],
)
def test_what_is_named_comes_first(
    kubeconfig: str | None, context: str | None, environment: dict[str, str], source: Source
) -> None:
    assert choose_source(kubeconfig, context, environment) == source


def write_kubeconfig(
    path: Path, *, user: dict[str, Any], names: tuple[str, ...] = ("one",), current: str = "one"
) -> str:
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": n, "cluster": {"server": f"https://{n}:6443/"}} for n in names],
        "users": [{"name": n, "user": user} for n in names],
        "contexts": [
            {"name": n, "context": {"cluster": n, "user": n, "namespace": f"in-{n}"}} for n in names
        ],
        "current-context": current,
    }
    path.write_text(yaml.safe_dump(document))
    return str(path)


async def test_the_current_context_is_used(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path / "config", user={"token": "secret"})

    found = await load_credentials(KubeConfig(path))

    assert found.configuration.host == "https://one:6443"
    assert found.configuration.api_key == {"BearerToken": "Bearer secret"}
    assert found.namespace == "in-one"


async def test_a_named_context_is_used(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path / "config", user={}, names=("one", "two"))

    found = await load_credentials(KubeConfig(path, "two"))

    assert found.configuration.host == "https://two:6443"
    assert found.namespace == "in-two"


async def test_several_files_are_merged_and_missing_ones_passed_over(tmp_path: Path) -> None:
    first = write_kubeconfig(tmp_path / "first", user={})
    second = write_kubeconfig(tmp_path / "second", user={}, names=("two",), current="one")
    paths = os.pathsep.join([first, str(tmp_path / "missing"), second])

    found = await load_credentials(KubeConfig(paths, "two"))

    assert found.configuration.host == "https://two:6443"


async def test_a_token_file_is_read_each_time_without_its_newline(tmp_path: Path) -> None:
    token = tmp_path / "token"
    path = write_kubeconfig(tmp_path / "config", user={"tokenFile": str(token)})

    token.write_text("first\n")
    before = await load_credentials(KubeConfig(path))
    token.write_text("second\n")
    after = await load_credentials(KubeConfig(path))

    assert before.configuration.api_key == {"BearerToken": "Bearer first"}
    assert after.configuration.api_key == {"BearerToken": "Bearer second"}


def a_plugin(folder: Path, status: dict[str, str]) -> dict[str, Any]:
    answer = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": status,
    }
    program = folder / "plugin.py"
    program.write_text(f"import json; print(json.dumps({answer!r}))")
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": [str(program)],
            "interactiveMode": "Never",
        }
    }


async def test_a_plugin_that_states_an_expiry_is_asked_again(tmp_path: Path) -> None:
    status = {"token": "of-plugin", "expirationTimestamp": "2030-01-01T00:00:00Z"}
    path = write_kubeconfig(tmp_path / "config", user=a_plugin(tmp_path, status))

    found = await load_credentials(KubeConfig(path))

    assert found.configuration.api_key == {"BearerToken": "Bearer of-plugin"}
    assert found.rereads


async def test_a_plugin_without_expiry_is_not_run_in_vain(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path / "config", user=a_plugin(tmp_path, {"token": "of-plugin"}))

    assert not (await load_credentials(KubeConfig(path))).rereads


async def test_a_plugin_that_gives_nothing_is_named(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path / "config", user=a_plugin(tmp_path, {}))

    with pytest.raises(NotConfigured, match=r"the credential plugin .* gave no credentials"):
        await load_credentials(KubeConfig(path))


async def test_a_missing_kubeconfig_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match=r"does not exist.*allot local up.*KUBECONFIG"):
        await load_credentials(KubeConfig(str(tmp_path / "missing")))


async def test_an_unknown_context_is_answered_with_those_that_exist(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path / "config", user={}, names=("one", "two"))

    with pytest.raises(NotConfigured, match=r"no context 'three', only \['one', 'two'\]"):
        await load_credentials(KubeConfig(path, "three"))


async def test_no_current_context_is_said(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path / "config", user={}, current="")

    with pytest.raises(NotConfigured, match=r"no current context: choose one of \['one'\]"):
        await load_credentials(KubeConfig(path))


@pytest.mark.parametrize("text", ["", "{", "[]", "clusters: []", "a: b\ncurrent-context: one"])
async def test_a_broken_kubeconfig_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config"
    path.write_text(text)

    with pytest.raises(NotConfigured, match="config"):
        await load_credentials(KubeConfig(str(path)))


async def test_a_certificate_that_is_missing_is_named(tmp_path: Path) -> None:
    path = write_kubeconfig(
        tmp_path / "config", user={"client-certificate": "absent.crt", "client-key": "absent.key"}
    )

    with pytest.raises(NotConfigured, match=r"absent\.crt"):
        await load_credentials(KubeConfig(path))


async def test_a_pods_service_account_is_read(tmp_path: Path) -> None:
    for name, text in (("token", "of-pod\n"), ("ca.crt", "certificate"), ("namespace", "here\n")):
        (tmp_path / name).write_text(text)
    found = await load_credentials(InCluster("10.0.0.1", "443", tmp_path))

    assert found.configuration.host == "https://10.0.0.1:443"
    assert found.configuration.api_key == {"BearerToken": "bearer of-pod"}
    assert found.namespace == "here"


async def test_a_pod_without_a_token_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="service account cannot be used"):
        await load_credentials(InCluster("10.0.0.1", "443", tmp_path))
