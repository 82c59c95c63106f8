"""Kubernetes quantities of memory, written in the form that the API server keeps."""

from __future__ import annotations

MEBIBYTE = 2**20


def format_mebibytes(mebibytes: int) -> str:
    """Return whole mebibytes in the API server's own form: 1024 is "1Gi", 1536 is "1536Mi"."""
    if mebibytes and mebibytes % 1024 == 0:
        return f"{mebibytes // 1024}Gi"
    return f"{mebibytes}Mi"
