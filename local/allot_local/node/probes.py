"""Ask a container's probes: GET, connect, or run a command."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import aiohttp

from allot_local.node.errors import NotSupported
from allot_local.node.probing import Probe, resolve_port

SUCCESSES = range(200, 400)


def trust_all() -> ssl.SSLContext:
    """Return TLS settings that check nothing, as a kubelet's HTTPS probes do."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def ask(
    session: aiohttp.ClientSession,
    probe: Probe,
    *,
    container: Mapping[str, Any],
    address: str,
    environment: Mapping[str, str],
) -> str:
    """Return "" when the probe succeeds, else what is wrong."""
    try:
        async with asyncio.timeout(probe.timeout):
            return await ask_handler(session, probe.handler, container, address, environment)
    except TimeoutError:
        return f"no answer within {probe.timeout:g} s"
    except (OSError, aiohttp.ClientError, KeyError, ValueError) as error:
        return str(error) or repr(error)


async def ask_handler(
    session: aiohttp.ClientSession,
    handler: Mapping[str, Any],
    container: Mapping[str, Any],
    address: str,
    environment: Mapping[str, str],
) -> str:
    """Ask once, without a time limit."""
    if "httpGet" in handler:
        return await ask_http(session, handler["httpGet"], container, address)
    if "tcpSocket" in handler:
        target = handler["tcpSocket"]
        port = resolve_port(target["port"], container)
        _, writer = await asyncio.open_connection(target.get("host") or address, port)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return ""
    if "exec" in handler:
        return await ask_command(handler["exec"]["command"], environment)
    raise NotSupported("this node's probes are httpGet, tcpSocket and exec")


async def ask_http(
    session: aiohttp.ClientSession,
    target: Mapping[str, Any],
    container: Mapping[str, Any],
    address: str,
) -> str:
    """GET; every status from 200 to 399 is a success."""
    scheme = target.get("scheme", "HTTP").lower()
    port = resolve_port(target["port"], container)
    url = f"{scheme}://{target.get('host') or address}:{port}/{target.get('path', '/').lstrip('/')}"
    headers = {one["name"]: one["value"] for one in target.get("httpHeaders", [])}
    async with session.get(
        url, headers=headers, ssl=trust_all() if scheme == "https" else True
    ) as answer:
        if answer.status in SUCCESSES:
            return ""
        return f"HTTP probe failed with statuscode: {answer.status}"


async def ask_command(command: list[str], environment: Mapping[str, str]) -> str:
    """Run a command; exit code 0 is a success."""
    child = await asyncio.create_subprocess_exec(
        *command,
        env=dict(environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return "" if child.returncode == 0 else output.decode(errors="replace").strip() or "failed"
