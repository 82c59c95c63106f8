"""Text to token ids by a model's own tokenizer, cut at the model's length."""

from __future__ import annotations

import json
from pathlib import Path

from tokenizers import Tokenizer

from allot_runtime.errors import ModelFault
from allot_runtime.models.interface import TokenSequence


class TextTokenizer:
    """A tokenizer that cuts at `max_tokens`, special tokens included, and never pads."""

    def __init__(self, tokenizer: Tokenizer, max_tokens: int) -> None:
        # What tokenizer.json says of padding and truncation was its author's batch, not ours.
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_length=max_tokens)
        self._tokenizer = tokenizer

    def tokenize(self, text: str, pair: str | None = None) -> TokenSequence:
        """Return one input, or a pair cut longest part first; safe from any thread."""
        encoding = self._tokenizer.encode(text, pair)
        return TokenSequence(
            tuple(encoding.ids), tuple(encoding.type_ids), bool(encoding.overflowing)
        )

    def list_tokens(self) -> list[str]:
        """Return the token of every id."""
        size = self._tokenizer.get_vocab_size(with_added_tokens=True)
        return [self._tokenizer.id_to_token(index) or f"[unused{index}]" for index in range(size)]

    def list_special_ids(self) -> list[int]:
        """Return the ids of special tokens, such as [CLS] and [SEP]."""
        added = self._tokenizer.get_added_tokens_decoder()
        return sorted(index for index, token in added.items() if token.special)


def read_tokenizer(folder: Path, max_tokens: int) -> TextTokenizer:
    """Read tokenizer.json, or have transformers convert older files; raises ModelFault."""
    path = folder / "tokenizer.json"
    if path.is_file():
        try:
            tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
        except Exception as error:  # the library raises plain Exception for what it can't parse
            raise ModelFault(f"tokenizer.json cannot be read: {error}") from error
    else:
        tokenizer = _convert(folder)
    return TextTokenizer(tokenizer, max_tokens)


def _convert(folder: Path) -> Tokenizer:
    from transformers import AutoTokenizer

    try:
        converted = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        return Tokenizer.from_str(converted.backend_tokenizer.to_str())
    except (OSError, ValueError, AttributeError, ImportError, json.JSONDecodeError) as error:
        raise ModelFault(
            f"there is no tokenizer.json, and no other can be read: {error}"
        ) from error
