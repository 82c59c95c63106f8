"""Writes docs/metrics.md from the registry: `make generate` runs it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.metrics_core import Metric

from allot_runtime.allocation import Allocation
from allot_runtime.metrics import build_registry
from allot_runtime.settings import Settings

HEADER = """\
# Metrics of a model pod

Every model pod answers `GET /metrics` on its HTTP port in Prometheus' format. This page is written
by `make generate` from the registry that answers there. Counters start at zero with each process;
a histogram has the series `_bucket`, `_sum` and `_count`.

| metric | type | labels | what it says |
|---|---|---|---|
"""
EXAMPLE = {"source": {"uri": "package://a/b"}, "task_types": ["text_embedding"]}
# Series that a histogram has besides its own name.
BUCKET_LABEL = "le"


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description="Write the page of metrics.")
    parser.add_argument("--output", type=Path, required=True, help="the file to write")
    parser.parse_args().output.write_text(build_page(), encoding="utf-8")


def build_page() -> str:
    """Return the page: a row for every metric, by name."""
    allocation = Allocation(Settings.model_validate({"model": EXAMPLE}))
    families = sorted(build_registry(allocation).collect(), key=lambda family: family.name)
    allocation.engine.end()
    return HEADER + "".join(_describe(family) for family in families)


def _describe(family: Metric) -> str:
    name = f"{family.name}_total" if family.type == "counter" else family.name
    name = f"{name}_info" if family.type == "info" else name
    labels = ", ".join(f"`{label}`" for label in dict.fromkeys(_list_labels(family)))
    bounds = ", ".join(dict.fromkeys(_list_bounds(family)))
    text = f"{family.documentation} Buckets: {bounds}." if bounds else family.documentation
    return f"| `{name}` | {family.type} | {labels} | {text} |\n"


def _list_labels(family: Metric) -> Iterator[str]:
    for sample in family.samples:
        yield from (label for label in sample.labels if label != BUCKET_LABEL)


def _list_bounds(family: Metric) -> Iterator[str]:
    for sample in family.samples:
        if BUCKET_LABEL in sample.labels:
            yield sample.labels[BUCKET_LABEL].removesuffix(".0")


if __name__ == "__main__":
    main()
