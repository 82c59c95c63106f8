"""Who has to be looked at again when an object changes. Pure, in memory, rebuilt by every watch.

An object offers tokens, such as "the model .elser_model_2 of namespace a", and looks to some.
When one changes, everybody who looks to what it offered, or offers now, is looked at again; and
those who offer the same, since they are rivals for an id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from allot_operator.work.keys import Key

Token = tuple[str, str, str]
"""What kind of thing, in which namespace, by which id."""


@dataclass(frozen=True, slots=True)
class Ties:
    """What one object offers and what it looks to.

    `version` changes when others have to know; for most objects that is the generation.
    `announces` are tokens that make no rivals of those who share them.
    """

    version: str
    offers: frozenset[Token] = frozenset()
    looks_to: frozenset[Token] = frozenset()
    announces: frozenset[Token] = frozenset()

    @property
    def told(self) -> frozenset[Token]:
        """Return the tokens by which others are looked at when this object changes."""
        return self.offers | self.announces


@dataclass(slots=True)
class Index:
    """The ties of all objects that are there."""

    _ties: dict[Key, Ties] = field(default_factory=dict)
    _by_token: dict[Token, set[Key]] = field(default_factory=dict)

    def note(self, key: Key, ties: Ties | None) -> frozenset[Key]:
        """Record an object, or with None that it is gone; return who has to be looked at."""
        before = self._ties.pop(key, None)
        self._untie(key, before)
        if ties is not None:
            self._ties[key] = ties
            for token in ties.offers | ties.looks_to:
                self._by_token.setdefault(token, set()).add(key)
        if before is not None and ties is not None and before.version == ties.version:
            return frozenset({key})
        told = [one.told for one in (before, ties) if one is not None]
        return frozenset({key, *self.find(frozenset().union(*told))})

    def find(self, tokens: Iterable[Token]) -> Iterator[Key]:
        """Yield everybody who offers or looks to one of the tokens."""
        for token in tokens:
            yield from self._by_token.get(token, ())

    def keys(self) -> tuple[Key, ...]:
        """Return everybody."""
        return tuple(self._ties)

    def _untie(self, key: Key, ties: Ties | None) -> None:
        if ties is None:
            return
        for token in ties.offers | ties.looks_to:
            holders = self._by_token.get(token, set())
            holders.discard(key)
            if not holders:
                self._by_token.pop(token, None)
