"""Where the figures go: tables on standard output, a document where asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from bench.scaling.bars import BAR_HEADS, Bar, to_bar_rows
from bench.scaling.results import Results, to_document
from bench.scaling.tables import HEADS, align, separate, to_rows


def publish(
    results: Results,
    bars: Sequence[Bar],
    settings: Mapping[str, object],
    file: Path | None,
    out: TextIO,
) -> None:
    """Write the figures and the bars."""
    write = align if out.isatty() else separate
    out.write(write(to_rows(results), HEADS))
    if bars:
        out.write("\n" + write(to_bar_rows(bars), BAR_HEADS))
    told = ("pass_seconds", "token_seconds", "pass_tokens", "tokens_per_second", "start_seconds")
    out.write("\n" + ", ".join(f"{name} {settings[name]}" for name in told) + "\n")
    out.flush()
    if file:
        document = to_document(results)
        document |= {"bars": [asdict(bar) for bar in bars], "settings": dict(settings)}
        file.write_text(json.dumps(document, indent=2) + "\n")
