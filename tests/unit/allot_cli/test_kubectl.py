"""kubectl as a value: its command line, its answers, its errors."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from allot_cli.errors import KubectlFailed
from allot_cli.kubectl import Kubectl


def test_the_command_names_the_cluster() -> None:
    kubectl = Kubectl("kubectl", kubeconfig=Path("admin.conf"), context="mine")

    command = kubectl.command("get", "ie")

    assert command == [
        "kubectl", "--kubeconfig", "admin.conf", "--context", "mine", "get", "ie",
    ]  # fmt: skip


def test_a_missing_program_says_what_to_do() -> None:
    with pytest.raises(KubectlFailed, match="install kubectl"):
        Kubectl("no-such-kubectl").run("version")


def test_an_error_carries_what_the_program_said() -> None:
    python = Kubectl(sys.executable)

    with pytest.raises(KubectlFailed, match="not today"):
        python.run("-c", "import sys; sys.exit('not today')")


def test_a_program_that_hangs_is_ended() -> None:
    python = Kubectl(sys.executable)

    with pytest.raises(KubectlFailed, match="gave no answer in 0 s"):
        python.run("-c", "import time; time.sleep(30)", timeout_seconds=0.3)


def test_get_reads_the_json_answer(tmp_path: Path) -> None:
    script = tmp_path / "kubectl"
    script.write_text('#!/bin/sh\necho "{\\"items\\": [\\"$2\\"]}"\n')
    script.chmod(0o755)

    assert Kubectl(str(script)).get("ie") == {"items": ["ie"]}
