"""What a source's URI names. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.redaction import redact

FORMS = (
    "hf://OWNER/NAME@REVISION, https://HOST/PATH, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, "
    "az://CONTAINER/PREFIX, pvc://CLAIM/PATH, package://IMPORT_NAME/PATH or file:///ABSOLUTE/PATH"
)
# A branch moves: two pods of one deployment could serve different weights.
_REVISION = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_IMPORT_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_CLAIM = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


class Store(StrEnum):
    """The object stores, by the schemes of their URIs."""

    S3 = "s3"
    GOOGLE = "gs"
    AZURE = "az"


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
class ClaimLocator:
    """A folder of a PersistentVolumeClaim, which the operator mounts into the pod."""

    claim: str
    path: PurePosixPath


@dataclass(frozen=True, slots=True)
class HubLocator:
    """A repository of a model hub, at one commit."""

    repository: str
    revision: str


@dataclass(frozen=True, slots=True)
class WebLocator:
    """A folder of a web server; `url` has no slash at its end."""

    url: str


@dataclass(frozen=True, slots=True)
class BucketLocator:
    """A folder of an object store."""

    store: Store
    bucket: str
    prefix: str

    @property
    def url(self) -> str:
        """Return the URI of the bucket's folder."""
        return f"{self.store}://{self.bucket}" + (f"/{self.prefix}" if self.prefix else "")


RemoteLocator = HubLocator | WebLocator | BucketLocator
FolderLocator = PackageLocator | FileLocator | ClaimLocator
Locator = FolderLocator | RemoteLocator


def parse_uri(uri: str) -> Locator:
    """Return what a URI names; raises SourceFault with what to write."""
    scheme, separator, rest = uri.partition("://")
    if not separator:
        raise _invalid(uri, f"write {FORMS}")
    if scheme not in _PARSERS:
        raise _invalid(uri, f'the scheme "{scheme}" is not known: write {FORMS}')
    return _PARSERS[scheme](uri, rest)


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


def _parse_claim(uri: str, rest: str) -> ClaimLocator:
    claim, _, path = rest.partition("/")
    folder = PurePosixPath(path)
    if not _CLAIM.fullmatch(claim) or folder.is_absolute() or ".." in folder.parts:
        raise _invalid(uri, "write pvc://CLAIM/PATH, the path inside the claim's volume")
    return ClaimLocator(claim, folder)


def _parse_hub(uri: str, rest: str) -> HubLocator:
    repository, _, revision = rest.partition("@")
    if not _REPOSITORY.fullmatch(repository):
        raise _invalid(uri, "write hf://OWNER/NAME@REVISION")
    if not _REVISION.fullmatch(revision):
        raise SourceFault(
            SourceReason.REVISION_NOT_PINNED,
            f'source.uri "{uri}": "{revision}" is not a whole commit id: a branch or a tag may '
            f"move, and pods would serve different weights: write hf://{repository}@ and the 40 "
            "hexadecimal digits of the commit, which the repository's history shows",
        )
    return HubLocator(repository, revision)


def _parse_web(uri: str, rest: str) -> WebLocator:
    parts = urlsplit(uri)
    if not parts.hostname or parts.query or parts.fragment:
        raise _invalid(uri, "write https://HOST/PATH, the folder in which source.files lie")
    if "@" in parts.netloc:
        raise _invalid(
            uri, "a password does not belong here: put ALLOT_SOURCE_TOKEN into source.secretRef"
        )
    return WebLocator(uri.rstrip("/"))


def _parse_bucket(uri: str, rest: str) -> BucketLocator:
    bucket, _, prefix = rest.partition("/")
    store = Store(uri.partition("://")[0])
    if not bucket or "@" in bucket or "?" in rest:
        raise _invalid(uri, f"write {store}://BUCKET/PREFIX")
    return BucketLocator(store, bucket, prefix.strip("/"))


_PARSERS: Mapping[str, Callable[[str, str], Locator]] = {
    "package": _parse_package,
    "file": _parse_file,
    "pvc": _parse_claim,
    "hf": _parse_hub,
    "https": _parse_web,
    "http": _parse_web,
    "s3": _parse_bucket,
    "gs": _parse_bucket,
    "az": _parse_bucket,
}


def _invalid(uri: str, rule: str) -> SourceFault:
    return SourceFault(SourceReason.INVALID_SOURCE, f'source.uri "{redact(uri)}": {rule}')
