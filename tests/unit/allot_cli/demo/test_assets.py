from __future__ import annotations

from allot_cli.demo.assets import find_manifests


def test_the_manifests_of_a_checkout_are_found() -> None:
    manifests = find_manifests()

    assert (manifests / "base" / "kustomization.yaml").is_file()
    assert (manifests / "examples").is_dir()
