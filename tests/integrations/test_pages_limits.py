"""The sizes on the pages are those of the code."""

from pathlib import Path

import pytest

from integrations.identities import LARGEST_REVISION
from integrations.json_events.limits import DEFAULT
from tradewarden.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("page", "limits"),
    [
        ("integrations/json_events/README.md", (f"{DEFAULT.size:,} bytes", f"{DEFAULT.text:,}", str(LARGEST_REVISION))),
        ("integrations/kafka/README.md", (f"{DEFAULT.size:,} bytes", f"{Settings().body_limit_bytes:,} by default")),
        ("README.md", (f"{DEFAULT.size:,} bytes", f"`{Settings().body_limit_bytes}`")),
    ],
)
def test_sizes_are_told_exactly(page, limits):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert not [limit for limit in limits if limit not in text]
    assert "8 MB" not in text
