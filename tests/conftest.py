"""Fixtures for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of test data that is not part of the project, next to the checkout."""
    for folder in Path(__file__).resolve().parents:
        if (folder / "pyproject.toml").is_file():
            data = folder.parent / "shared"
            if data.is_dir():
                return data
            pytest.skip(f"{data} is missing: portraits, videos and models that are not part of the project")
    raise AssertionError("the tests lie outside a checkout")
