"""Files under a URL: any web server will do, one that takes ranges does better."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from http import HTTPStatus
from urllib.parse import quote

import httpx2

from allot_api.trained_model import ModelFile
from allot_runtime.clock import utc_now
from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.redaction import redact
from allot_runtime.sources.refusals import parse_start, parse_total, refuse_status
from allot_runtime.sources.source import Opened, RemoteFile

CONNECT_SECONDS, READ_SECONDS = 10.0, 30.0
MAX_CONNECTIONS = 16
TOKEN_REMEDY = "put a token as ALLOT_SOURCE_TOKEN into the Secret that source.secretRef names"


class WebReader:
    """Opens files under a URL. The proxy variables of the environment are kept to."""

    def __init__(self, base_url: str, headers: Mapping[str, str], remedy: str) -> None:
        self._base_url = base_url
        self._remedy = remedy
        self._client = httpx2.Client(
            # Of a compressed body neither the size nor a range would be the file's.
            headers={**headers, "Accept-Encoding": "identity"},
            timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=MAX_CONNECTIONS),
            follow_redirects=True,
        )

    def probe(self, path: str) -> RemoteFile:
        """Return what the server says of a file; asks by GET, which signed URLs admit alone."""
        with self._answer(path, {"Range": "bytes=0-0"}) as answer:
            takes_ranges = answer.status_code == HTTPStatus.PARTIAL_CONTENT
            size = _read_size(answer)
        if size is None:
            raise SourceFault(
                SourceReason.INVALID_SOURCE,
                f"the source does not say how large {self._describe(path)} is, so it cannot be "
                "fetched: use a server that sends Content-Length",
            )
        return RemoteFile(path, size, None, _read_validator(answer), takes_ranges)

    @contextmanager
    def open(self, path: str, start: int, end: int) -> Iterator[Opened]:
        """Open a file's bytes in [start, end), or all of them where ranges are not taken."""
        with self._answer(path, {"Range": f"bytes={start}-{end - 1}"}) as answer:
            yield Opened(_read_start(answer), _read_validator(answer), self._chunks(answer, path))

    @contextmanager
    def _answer(self, path: str, headers: Mapping[str, str]) -> Iterator[httpx2.Response]:
        url = f"{self._base_url}/{quote(path)}"
        with self._translating(path), self._client.stream("GET", url, headers=headers) as answer:
            if answer.status_code not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
                raise refuse_status(
                    answer.status_code,
                    answer.headers,
                    self._describe(path),
                    remedy=self._remedy,
                    now=utc_now(),
                )
            yield answer

    def _chunks(self, answer: httpx2.Response, path: str) -> Iterator[bytes]:
        with self._translating(path):
            yield from answer.iter_raw()

    @contextmanager
    def _translating(self, path: str) -> Iterator[None]:
        try:
            yield
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError) as error:
            said = redact(str(error)) or type(error).__name__
            raise SourceFault(
                SourceReason.UNREACHABLE,
                f"{self._describe(path)} could not be read: {said}",
                may_pass=True,
            ) from error

    def _describe(self, path: str) -> str:
        return redact(f"{self._base_url}/{path}")


class WebSource:
    """A folder of a web server, in which the declared files lie."""

    def __init__(self, url: str, token: str | None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token and may_send_token(url) else {}
        remedy = TOKEN_REMEDY
        if token:
            remedy = (
                "it refuses the ALLOT_SOURCE_TOKEN that it was given"
                if headers
                else "ALLOT_SOURCE_TOKEN is not sent over http://: write https://"
            )
        self._reader = WebReader(url, headers, remedy)

    def list_files(self, declared: Sequence[ModelFile]) -> tuple[RemoteFile, ...]:
        """Return the declared files: a web server has no list of its own."""
        return tuple(self._reader.probe(file.path) for file in declared)

    def open(self, file: RemoteFile, start: int, end: int) -> AbstractContextManager[Opened]:
        """Open a file at a byte."""
        return self._reader.open(file.path, start, end)


def may_send_token(url: str) -> bool:
    """Whether a token stays secret on the way to a URL: by TLS, or inside of this machine."""
    parsed = httpx2.URL(url)
    if parsed.scheme == "https" or parsed.host == "localhost":
        return True
    try:
        return ipaddress.ip_address(parsed.host).is_loopback
    except ValueError:
        return False


def _read_size(answer: httpx2.Response) -> int | None:
    if answer.status_code == HTTPStatus.PARTIAL_CONTENT:
        return parse_total(answer.headers.get("content-range", ""))
    length = answer.headers.get("content-length", "")
    return int(length) if length.isdigit() else None


def _read_start(answer: httpx2.Response) -> int:
    if answer.status_code != HTTPStatus.PARTIAL_CONTENT:
        return 0
    return parse_start(answer.headers.get("content-range", "")) or 0


def _read_validator(answer: httpx2.Response) -> str:
    return str(answer.headers.get("etag") or answer.headers.get("last-modified") or "")
