"""Other ways between a client and a pod: what a proxy costs that chooses nothing."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

HAPROXY = """\
global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend clients
  bind 127.0.0.1:{port}
  default_backend pod
backend pod
  server pod 127.0.0.1:{pod}
"""
NGINX = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  upstream pod {{ server 127.0.0.1:{pod}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://pod;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A program that forwards to one pod."""

    name: str
    program: str
    configuration: str = ""
    arguments: tuple[str, ...] = ()

    def find(self) -> str | None:
        """Return where the program is, None if it is not here."""
        return shutil.which(self.program)

    def write_command(self, port: int, pod: int, folder: Path) -> list[str]:
        """Write its configuration into a folder, and return its command line."""
        file = folder / f"{self.name}.conf"
        file.write_text(self.configuration.format(port=port, pod=pod, folder=folder))
        filled = {"port": port, "pod": pod, "file": file}
        return [self.program, *(one.format(**filled) for one in self.arguments)]


PROXIES = (
    Proxy(
        "uvicorn-aiohttp", sys.executable, "", ("-m", "bench.gateway.forwarder", "{port}", "{pod}")
    ),
    Proxy("haproxy", "haproxy", HAPROXY, ("-f", "{file}")),
    Proxy("nginx", "nginx", NGINX, ("-c", "{file}")),
)
