"""What a source's URI names. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from allot_runtime.errors import SourceFault, SourceReason

FORMS = "hf://OWNER/NAME@REVISION, package://IMPORT_NAME/PATH or file:///ABSOLUTE/PATH"
# A branch moves: two pods of one deployment could serve different weights.
_REVISION = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_IMPORT_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


@dataclass(frozen=True, slots=True)
class PackageLocator:
    """A folder in an installed Python package."""

    import_name: str
    path: PurePosixPath


@dataclass(frozen=True, slots=True)
class FileLocator:
    """A folder of this machine, or of the pod."""

    path: Path


@dataclass(frozen=True, slots=True)
class HubLocator:
    """A repository of a model hub, at one commit."""

    repository: str
    revision: str


Locator = PackageLocator | FileLocator | HubLocator


def parse_uri(uri: str) -> Locator:
    """Return what a URI names; raises SourceFault (InvalidSource) with what to write."""
    scheme, separator, rest = uri.partition("://")
    if not separator:
        raise _invalid(uri, f"write {FORMS}")
    match scheme:
        case "package":
            return _parse_package(uri, rest)
        case "file":
            return _parse_file(uri, rest)
        case "hf":
            return _parse_hub(uri, rest)
        case _:
            raise _invalid(uri, f'the scheme "{scheme}" is not known: write {FORMS}')


def _parse_package(uri: str, rest: str) -> PackageLocator:
    name, _, path = rest.partition("/")
    folder = PurePosixPath(path)
    if not _IMPORT_NAME.fullmatch(name) or folder.is_absolute() or ".." in folder.parts:
        raise _invalid(uri, "write package://IMPORT_NAME/PATH, the path inside the package")
    return PackageLocator(name, folder)


def _parse_file(uri: str, rest: str) -> FileLocator:
    if not rest.startswith("/"):
        raise _invalid(uri, "write file:///ABSOLUTE/PATH, with three slashes")
    return FileLocator(Path(rest))


def _parse_hub(uri: str, rest: str) -> HubLocator:
    repository, _, revision = rest.partition("@")
    if not _REPOSITORY.fullmatch(repository):
        raise _invalid(uri, "write hf://OWNER/NAME@REVISION")
    if not _REVISION.fullmatch(revision):
        raise _invalid(
            uri,
            "name the revision as a whole commit id, hf://OWNER/NAME@REVISION with 40 "
            "hexadecimal digits: a branch or tag may move, and pods would serve different weights",
        )
    return HubLocator(repository, revision)


def _invalid(uri: str, rule: str) -> SourceFault:
    return SourceFault(SourceReason.INVALID_SOURCE, f'source.uri "{uri}": {rule}')
