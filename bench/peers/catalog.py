"""Every engine by the name that --against takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.errors import BrokenRun
from bench.peers.allot import Allot
from bench.peers.infinity import Infinity
from bench.peers.interface import ROUNDED, Peer
from bench.peers.plain import PlainServer
from bench.peers.tei import TextEmbeddingsInference

OURS = ("allot", "allot-bfloat16")


def list_peers(tei: Path | None = None) -> dict[str, Peer]:
    """Return all engines behind servers, ours first."""
    peers: list[Peer] = [
        Allot(),
        Allot("allot-bfloat16", "bfloat16"),
        Infinity("torch"),
        Infinity("optimum"),
        PlainServer("sentence-transformers", "sentence-transformers", "sentence-transformers"),
        PlainServer("onnxruntime", "onnxruntime", "onnxruntime", reads_graphs=True),
        PlainServer("openvino", "openvino", "openvino", reads_graphs=True),
        PlainServer(
            "openvino-bfloat16",
            "openvino-bfloat16",
            "openvino",
            reads_graphs=True,
            cosine=ROUNDED,
        ),
        PlainServer("naive", "transformers", "naive", batch=1),
        TextEmbeddingsInference(tei),
    ]
    return {peer.name: peer for peer in peers}


def choose_names(ours: str, against: Sequence[str], known: Sequence[str]) -> list[str]:
    """Return the engines of a run, ours first, none twice; raises BrokenRun for unknown ones."""
    names = list(dict.fromkeys([ours, *against]))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BrokenRun(
            f"--against names {', '.join(unknown)}, which is not known: write names of "
            f"{', '.join(known)}, with commas between"
        )
    return names
