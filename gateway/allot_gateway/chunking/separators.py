"""Where a separator of a user's is in a text, within bounds of time.

A regular expression may take time beyond all measure, on a text that nobody foresaw. So it is
searched by `regex`, which gives up when asked to and lets other threads run; Python's own `re`
does neither. What time a request's separators may take grows with its length, as it does for
those that read a text once.
"""

from __future__ import annotations

import functools
import time
import warnings

import regex

from allot_protocol.errors import illegal
from allot_protocol.request_body import shorten

# Of the processor. Each of the named groups' separators takes about 0.2 s for a million
# characters; fifty separators are the most that an endpoint may have.
LEAST_SECONDS = 1.0
SECONDS_PER_CHARACTER = 10e-6
COMPILED_SEPARATORS = 1024


class SearchBudget:
    """The processor's seconds that are left to the separators of one request."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def find(self, separator: str, text: str) -> list[int]:
        """Return where the separator begins, each time it is in the text.

        Raises RequestFault where the time is up, or where it is no regular expression.
        """
        pattern = _compile(separator)
        began = time.thread_time()
        try:
            return self._search(pattern, text)
        except TimeoutError:
            raise illegal(
                f"Chunk separator [{shorten(separator)}] takes too long in an input of "
                f"[{len(text)}] characters: write one without repeats within repeats"
            ) from None
        finally:
            self._seconds -= time.thread_time() - began

    def _search(self, pattern: regex.Pattern[str], text: str) -> list[int]:
        if self._seconds <= 0:
            raise TimeoutError
        found = pattern.finditer(text, timeout=self._seconds, concurrent=True)
        return [match.start() for match in found]


def build_budget(characters: int) -> SearchBudget:
    """Return the budget of a request with inputs of so many characters in all."""
    return SearchBudget(LEAST_SECONDS + characters * SECONDS_PER_CHARACTER)


@functools.lru_cache(COMPILED_SEPARATORS)
def _compile(separator: str) -> regex.Pattern[str]:
    with warnings.catch_warnings():
        # It warns about what it may read otherwise one day, as `re` does.
        warnings.simplefilter("ignore")
        try:
            return regex.compile(separator, regex.V0 | regex.MULTILINE)
        except (regex.error, OverflowError, RecursionError) as error:
            raise illegal(
                f"Chunk separator [{shorten(separator)}] is no regular expression: {error}"
            ) from error
