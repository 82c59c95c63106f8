"""Writes the generated pages into a folder; the only code here that touches files."""

from __future__ import annotations

import argparse
from pathlib import Path

from allot_api.documentation.conditions_page import build_conditions_page
from allot_api.documentation.rules_page import build_rules_page

PAGES = {"conditions.md": build_conditions_page, "rules.md": build_rules_page}


def main() -> None:
    """Write every page into the folder that `--output` names."""
    parser = argparse.ArgumentParser(prog="python -m allot_api.documentation", description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="the folder to write into")
    output: Path = parser.parse_args().output
    for name, build in PAGES.items():
        (output / name).write_text(build(), encoding="utf-8")


if __name__ == "__main__":
    main()
