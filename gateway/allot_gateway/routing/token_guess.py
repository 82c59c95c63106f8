"""How many tokens a text has, learnt from answers: one number for each deployment. Pure."""

from __future__ import annotations

from dataclasses import dataclass

# Of English words in a vocabulary of 30,000 pieces, until an answer has told better.
TOKENS_PER_CHARACTER = 0.25
# A beginning and an end are added to every input.
TOKENS_PER_INPUT = 2
# How many characters it takes for what was learnt to be half forgotten, roughly.
MEMORY_CHARACTERS = 20_000.0


@dataclass(slots=True)
class TokenGuess:
    """Tokens per character, an average over the last characters that were answered."""

    per_character: float = TOKENS_PER_CHARACTER

    def guess(self, characters: int, inputs: int) -> int:
        """Return the tokens that a request probably has; at least one."""
        return max(1, round(characters * self.per_character) + inputs * TOKENS_PER_INPUT)

    def learn(self, characters: int, inputs: int, tokens: int) -> None:
        """Take in what an answered request had."""
        if characters <= 0:
            return
        seen = max(0.0, tokens - inputs * TOKENS_PER_INPUT) / characters
        share = characters / (characters + MEMORY_CHARACTERS)
        self.per_character += share * (seen - self.per_character)
