"""Which program stands for which image: the agent has no container images. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from allot_local.node.errors import ImageNotMapped

Command = tuple[str, ...]


def default_images(python: str) -> dict[str, Command]:
    """Return the images that Allot's own manifests name, as programs of this Python."""
    return {
        "allot/runtime": (python, "-m", "allot_runtime"),
        "allot/operator": (python, "-m", "allot_operator"),
        "allot/gateway": (python, "-m", "allot_gateway"),
        "allot/python": (python,),
    }


def parse_image(text: str) -> tuple[str, Command]:
    """Read `NAME=COMMAND`; the command is split as a shell would. Raises ValueError."""
    name, separator, command = text.partition("=")
    if not (name and separator and command):
        raise ValueError(f"--image {text!r}: write NAME=COMMAND, such as my/tool='python -m tool'")
    return repository(name), tuple(shlex.split(command))


def repository(image: str) -> str:
    """Return the image's name without tag and digest."""
    name = image.partition("@")[0]
    head, slash, tail = name.rpartition("/")
    return f"{head}{slash}{tail.partition(':')[0]}"


def build_command(
    image: str,
    images: Mapping[str, Command],
    *,
    command: Sequence[str] = (),
    args: Sequence[str] = (),
) -> Command:
    """Return the command line of a container.

    As in a container, `command` replaces what the image runs, and `args` follow it.
    Raises ImageNotMapped when no program stands for the image.
    """
    entrypoint = images.get(repository(image))
    if entrypoint is None:
        known = ", ".join(sorted(images))
        raise ImageNotMapped(
            f'image "{image}" can\'t be run here: this node runs programs of its machine in '
            f"place of images, and knows {known}; --image NAME=COMMAND adds one"
        )
    return (*(command or entrypoint), *args)
