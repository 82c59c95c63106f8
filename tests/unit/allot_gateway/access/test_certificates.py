"""Real handshakes on loopback, before and after a certificate is replaced."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from allot_gateway.access.certificates import CertificateFiles, Certificates, UnusableCertificate

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
BORN = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
ENDS = dt.datetime(2120, 1, 1, tzinfo=dt.UTC)


def an_ec_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def an_rsa_key() -> Key:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def a_certificate(name: str, key: Key) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BORN)
        .not_valid_after(ENDS)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def pem_of(key: Key, password: bytes | None = None) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption(),
    )


def mount(folder: Path, name: str, key: Key) -> None:
    """Write a pair as a kubelet does: into a new folder, to which a link is moved."""
    fresh = folder / f"..{name}"
    fresh.mkdir(parents=True)
    (fresh / "tls.crt").write_bytes(a_certificate(name, key))
    (fresh / "tls.key").write_bytes(pem_of(key))
    (folder / "..new").symlink_to(fresh.name)
    os.replace(folder / "..new", folder / "..data")
    for file in ("tls.crt", "tls.key"):
        if not (folder / file).is_symlink():
            (folder / file).symlink_to(f"..data/{file}")


@asynccontextmanager
async def serving(certificates: Certificates) -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            writer.write(b"here\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=certificates.context)
    async with server:
        yield server.sockets[0].getsockname()[1]


class Visitor:
    """A client's connection, and the name in the certificate that it was shown."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        shown: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        certificate = x509.load_der_x509_certificate(shown)
        (found,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        self.shown = str(found.value)

    async def is_answered(self) -> bool:
        self.writer.write(b"hello\n")
        return await self.reader.readline() == b"here\n"

    async def leave(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


async def visit(port: int, server_name: str = "") -> Visitor:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    streams = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname=server_name
    )
    return Visitor(*streams)


async def shown_at(port: int, server_name: str = "") -> str:
    visitor = await visit(port, server_name)
    await visitor.leave()
    return visitor.shown


@pytest.mark.parametrize("server_name", ["", "gateway.example"])
@pytest.mark.parametrize("keys", [(an_ec_key, an_ec_key), (an_rsa_key, an_ec_key)])
async def test_new_connections_see_the_new_certificate_and_old_ones_go_on(
    tmp_path: Path, keys: tuple[type, type], server_name: str
) -> None:
    before, after = keys
    mount(tmp_path, "before", before())
    certificates = Certificates(CertificateFiles.in_folder(tmp_path))
    async with serving(certificates) as port:
        visitor = await visit(port, server_name)
        assert visitor.shown == "before"

        mount(tmp_path, "after", after())
        assert certificates.reload()

        assert await shown_at(port, server_name) == "after"
        assert await visitor.is_answered()
        await visitor.leave()


async def test_files_that_are_as_they_were_are_not_loaded(tmp_path: Path) -> None:
    mount(tmp_path, "before", an_ec_key())
    certificates = Certificates(CertificateFiles.in_folder(tmp_path))

    assert not certificates.reload()


async def test_a_pair_that_does_not_match_is_not_served(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mount(tmp_path, "before", an_ec_key())
    certificates = Certificates(CertificateFiles.in_folder(tmp_path))
    key = an_ec_key()
    async with serving(certificates) as port:
        (tmp_path / "tls.crt").unlink()
        (tmp_path / "tls.crt").write_bytes(a_certificate("after", key))
        with caplog.at_level(logging.WARNING):
            assert not certificates.reload()
        assert await shown_at(port) == "before"

        (tmp_path / "tls.key").unlink()
        assert not certificates.reload()
        assert await shown_at(port) == "before"

        (tmp_path / "tls.key").write_bytes(pem_of(key))
        assert certificates.reload()
        assert await shown_at(port) == "after"
    assert "certificate that was there before" in caplog.text


async def test_the_loop_finds_changes(tmp_path: Path) -> None:
    mount(tmp_path, "before", an_ec_key())
    certificates = Certificates(CertificateFiles.in_folder(tmp_path))
    following = asyncio.create_task(certificates.follow(seconds=0.01))
    async with serving(certificates) as port:
        mount(tmp_path, "after", an_ec_key())
        for _ in range(100):
            await asyncio.sleep(0.02)
            if await shown_at(port) == "after":
                break
        assert await shown_at(port) == "after"
    following.cancel()


def test_a_gateway_does_not_start_without_a_usable_pair(tmp_path: Path) -> None:
    files = CertificateFiles.in_folder(tmp_path)
    key = an_ec_key()
    with pytest.raises(UnusableCertificate, match=r"tls\.crt"):
        Certificates(files)

    files.certificate.write_bytes(a_certificate("a", key))
    files.key.write_bytes(pem_of(key, b"a password that nobody is there to type"))
    with pytest.raises(UnusableCertificate):
        Certificates(files)


async def test_old_protocols_are_refused(tmp_path: Path) -> None:
    mount(tmp_path, "a", an_ec_key())
    context = Certificates(CertificateFiles.in_folder(tmp_path)).context

    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
