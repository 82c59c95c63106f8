"""Label selectors as the API server reads them: equality and sets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Labels = Mapping[str, str]
_COMMA_OUTSIDE_PARENTHESES = re.compile(r",(?![^()]*\))")
_SET = re.compile(r"^(\S+)\s+(in|notin)\s+\(([^()]*)\)$")
_EQUALITY = re.compile(r"^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$")


def parse_selector(text: str) -> Callable[[Labels], bool]:
    """Return a predicate on an object's labels; the empty selector takes everything."""
    parts = [part.strip() for part in _COMMA_OUTSIDE_PARENTHESES.split(text) if part.strip()]
    requirements = [_parse_requirement(part) for part in parts]
    return lambda labels: all(requirement(labels) for requirement in requirements)


def _parse_requirement(text: str) -> Callable[[Labels], bool]:
    if found := _SET.match(text):
        key, operator, listed = found.groups()
        values = {value.strip() for value in listed.split(",")}
        if operator == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    if found := _EQUALITY.match(text):
        key, operator, value = found.groups()
        if operator == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if text.startswith("!"):
        return lambda labels: text[1:] not in labels
    return lambda labels: text in labels
