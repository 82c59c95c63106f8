from __future__ import annotations

import pytest

from allot_local.node.errors import ImageNotMapped
from allot_local.node.images import build_command, default_images, parse_image, repository

IMAGES = default_images("/bin/python")


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("allot/runtime", "allot/runtime"),
        ("allot/runtime:0.1.0", "allot/runtime"),
        ("registry:5000/allot/runtime:1@sha256:ab", "registry:5000/allot/runtime"),
        ("registry:5000/runtime", "registry:5000/runtime"),
    ],
)
def test_tags_and_digests_do_not_count(image: str, name: str) -> None:
    assert repository(image) == name


@pytest.mark.parametrize(
    ("command", "args", "whole"),
    [
        ((), (), ("/bin/python", "-m", "allot_runtime")),
        ((), ("--help",), ("/bin/python", "-m", "allot_runtime", "--help")),
        (("sh",), ("-c",), ("sh", "-c")),
    ],
)
def test_command_and_args_are_a_containers(
    command: tuple[str, ...], args: tuple[str, ...], whole: tuple[str, ...]
) -> None:
    assert build_command("allot/runtime:1", IMAGES, command=command, args=args) == whole


def test_an_image_without_a_program_is_named_with_those_that_have_one() -> None:
    with pytest.raises(ImageNotMapped, match="knows allot/gateway, allot/operator"):
        build_command("nginx", IMAGES, command=("sh",))


def test_further_images_are_read_as_a_shell_would() -> None:
    assert parse_image("my/tool:1=python -m 'my tool'") == ("my/tool", ("python", "-m", "my tool"))
    with pytest.raises(ValueError, match="write NAME=COMMAND"):
        parse_image("my/tool")
