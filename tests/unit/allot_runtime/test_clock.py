from __future__ import annotations

import time

import psutil
import pytest

from allot_runtime.clock import read_process_age_seconds


def test_the_age_of_this_process_is_what_its_table_says() -> None:
    age = read_process_age_seconds()

    assert age == pytest.approx(time.time() - psutil.Process().create_time(), abs=1.5)  # noqa: TID251
