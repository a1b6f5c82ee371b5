from __future__ import annotations

from pathlib import Path

import pytest

from runtime.errors import RenderError

pytest.importorskip("mediapipe")
pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from face.motion import Motion
from inference.errors import ModelError
from measure.methods.method import make_method
from tests.networks.diffusion_models import write_random_diffusion


def test_the_method_is_the_engine_of_its_name_with_the_network_that_is_given(
    shared: Path, tmp_path: Path
) -> None:
    landmarker, model = shared / "models" / "face_landmarker.task", tmp_path / "model"
    with pytest.raises(ModelError, match="omote-train diffusion"):
        make_method("diffusion", size=64, face_landmarker=landmarker, model=model)
    write_random_diffusion(model)
    with make_method("diffusion", size=64, face_landmarker=landmarker, model=model) as method:
        assert method.name == "diffusion"
        with pytest.raises(RenderError, match="diffusion"):
            next(iter(method.frames([Motion.neutral()], fps=25.0)))
