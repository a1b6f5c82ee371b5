from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# Times are measured in benchmarks/, where a busy machine does not fail a test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared test data beside the checkout; tests that need it skip where it is missing."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip(f"{path} is missing: portraits, driving clips and models for tests lie there")
    return path
