"""Runs Argo CD's health script as Argo CD does: Lua 5.1 with hardly a library."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from lupa.lua51 import LuaRuntime

SCRIPTS = Path(__file__).resolve().parents[2] / "manifests" / "gitops" / "argo-cd" / "health.yaml"
KEY = "resource.customizations.health.{group}_{kind}"
# Argo CD opens `string` and the like only for those who ask for it; strings have no methods then.
LOCKED = """
debug.setmetatable("", nil)
string, math, io, os, coroutine, debug, package, require, module, python = nil
"""


def read_script(manifest: dict[str, Any]) -> str:
    """Return the script for the kind of an object, as Argo CD looks it up."""
    group = manifest["apiVersion"].partition("/")[0]
    scripts: dict[str, str] = yaml.safe_load(SCRIPTS.read_text())["data"]
    return scripts[KEY.format(group=group, kind=manifest["kind"])]


def health_of(manifest: dict[str, Any]) -> tuple[str, str]:
    """Return the status and message that Argo CD shows for an object."""
    lua = LuaRuntime(register_eval=False, register_builtins=False)
    lua.execute(LOCKED)
    lua.globals().obj = lua.table_from(manifest, recursive=True)
    health = lua.execute(read_script(manifest))
    return health.status, health.message
