"""Whether requests are asked who sends them: off by itself on loopback only. Pure."""

from __future__ import annotations

import ipaddress
from enum import StrEnum

WORD = "ALLOT_ACCESS"


class Access(StrEnum):
    """What ALLOT_ACCESS may say."""

    NONE = "none"
    RBAC = "rbac"
    AUTO = "auto"
    """Like rbac, but none where only this machine reaches the gateway: for manifests of both."""


class NotSaid(ValueError):
    """Others could reach the gateway and nobody said who may; the message says what to write."""


def choose_mode(host: str, said: Access | None) -> Access:
    """Return what is said, none or rbac; none for a gateway that only this machine reaches.

    Raises NotSaid for any other that is told nothing.
    """
    if said in (Access.NONE, Access.RBAC):
        return said
    if is_loopback(host):
        return Access.NONE
    if said is Access.AUTO:
        return Access.RBAC
    raise NotSaid(
        f"the gateway would listen on {host or 'every address'} and answer everybody: write "
        f"{WORD}={Access.RBAC} to ask for API keys or Kubernetes tokens, or {WORD}={Access.NONE} "
        "if whoever can reach it may do everything"
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address; a name counts if it is localhost itself."""
    name = host.strip().strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
