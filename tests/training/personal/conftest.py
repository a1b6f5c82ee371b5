from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from tests.training.personal.skin_source import made_heads
from training.personal.heads import SkinHeads


@pytest.fixture(scope="session")
def skin_heads(tmp_path_factory: pytest.TempPathFactory) -> SkinHeads:
    """Three heads with living skin."""
    return made_heads(tmp_path_factory.mktemp("heads") / "heads.npz", 3)
