from __future__ import annotations

import pytest

from allot_api.known_models import BUILT_IN_MODELS, ELSER_MODELS, is_built_in, is_elser


@pytest.mark.parametrize("identifier", ELSER_MODELS)
def test_a_model_is_elser_by_any_of_its_ids(identifier: str) -> None:
    assert is_elser(["mine", identifier])
    assert is_built_in([identifier])


def test_other_models_are_not() -> None:
    assert not is_elser([".multilingual-e5-small", "my-elser"])
    assert not is_built_in(["msmarco-MiniLM-L12-cos-v5"])
    assert is_built_in([".rerank-v1"])
    assert set(ELSER_MODELS) < set(BUILT_IN_MODELS)
