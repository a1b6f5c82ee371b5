from __future__ import annotations

from pathlib import Path

import pytest

from measure.methods.method import make_method
from runtime.engines.selection import ENGINES


@pytest.mark.skipif("retouch" not in ENGINES, reason="this version has no engine of that name")
def test_the_method_is_the_engine_of_its_name(shared: Path) -> None:
    pytest.importorskip("mediapipe")
    model = shared / "models" / "face_landmarker.task"
    with make_method("retouch", size=64, face_landmarker=model) as method:
        assert method.name == "retouch"
        assert method.placement is None  # until a portrait is prepared
