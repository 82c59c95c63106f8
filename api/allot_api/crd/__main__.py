"""Writes the CustomResourceDefinitions into a folder; the only code here that touches files."""

from __future__ import annotations

import argparse
from pathlib import Path

import yaml

from allot_api.crd.document import Document, build_documents

HEADER = "# Written by `make generate` from api/allot_api; never edit it here.\n"
LINE_WIDTH = 100


class PlainDumper(yaml.SafeDumper):
    """Writes equal parts out each time: a reader of a CRD does not look for anchors."""

    def ignore_aliases(self, data: object) -> bool:
        """Say that nothing is written as a reference."""
        return True


def render(document: Document) -> str:
    """Return the file's text: keys in the order in which they were built."""
    body: str = yaml.dump(
        document, Dumper=PlainDumper, sort_keys=False, width=LINE_WIDTH, allow_unicode=True
    )
    return HEADER + body


def main() -> None:
    """Write every document into the folder that `--output` names."""
    parser = argparse.ArgumentParser(prog="python -m allot_api.crd", description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="the folder to write into")
    output: Path = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    for name, document in build_documents().items():
        (output / name).write_text(render(document), encoding="utf-8")


if __name__ == "__main__":
    main()
