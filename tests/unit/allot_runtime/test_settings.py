from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from allot_api.rules.pod_lists import OPEN_VARIABLES
from allot_runtime.settings import Settings

MODEL = {"source": {"uri": "package://a/b"}, "task_types": ["rerank"]}


def test_paths_of_the_pod_lie_under_its_root() -> None:
    settings = Settings.model_validate({"model": MODEL, "pod_root": "/elsewhere"})

    assert settings.locate(settings.cache_dir) == Path("/elsewhere/var/cache/allot")
    assert settings.locate(Path("relative")) == Path("relative")


def test_without_a_root_paths_are_the_machines() -> None:
    settings = Settings.model_validate({"model": MODEL})

    assert settings.locate(Path("/models")) == Path("/models")


@pytest.mark.parametrize("field", [{"num_threads": 0}, {"num_threads": 33}, {"queue_capacity": 0}])
def test_numbers_out_of_bounds_are_refused(field: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=next(iter(field))):
        Settings.model_validate({"model": MODEL, **field})


def test_the_variables_that_a_pod_block_may_set_are_settings() -> None:
    names = {f"ALLOT_{field.upper()}" for field in Settings.model_fields}

    assert set(OPEN_VARIABLES) <= names
