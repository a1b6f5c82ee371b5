"""Students are opened in the background, on the best provider that works; what does not is said with its reason."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from inference.errors import ProviderError
from runtime.tha.student_loader import StudentLoader, tried_providers
from tests.tha_characters import random_canvas, random_weights
from tests.waiting import PATIENCE_S

WEIGHTS, CANVAS = random_weights(), random_canvas()


def loaded(*named: str, weights: dict[str, np.ndarray] = WEIGHTS) -> StudentLoader:
    loader = StudentLoader(weights, CANVAS, 64, named)
    assert loader.is_over(PATIENCE_S)
    return loader


def test_openvino_is_tried_only_by_name() -> None:
    assert "openvino" not in tried_providers(("auto",))
    assert tried_providers(("openvino", "auto"))[0] == "openvino"
    assert tried_providers(("auto",))[-1] == "cpu"
    with pytest.raises(ProviderError, match="there is no 'gpu'"):
        tried_providers(("gpu",))


def test_a_provider_that_is_missing_falls_back_to_the_cpu_and_says_so() -> None:
    loader = loaded("cuda", "cpu")
    student = loader.take()
    assert student is not None
    assert student.provider.startswith("ONNX Runtime, CPU")
    assert student.is_banded
    assert loader.take() is None  # it belongs to the caller now
    (note,) = loader.notes()
    assert note.startswith("cuda: expected CUDAExecutionProvider")
    student.close()
    student.close()
    loader.close()


def test_no_provider_at_all_is_an_error_with_the_reasons() -> None:
    with pytest.raises(
        ProviderError, match=r"no provider can run the character: cuda: .*CUDAExecutionProvider"
    ):
        StudentLoader(WEIGHTS, CANVAS, 64, ("cuda",))


def test_weights_that_fit_no_graph_are_a_failure_in_words() -> None:
    wrong = WEIGHTS | {"body.out.weight": np.zeros((7, 91), np.float32)}
    loader = loaded("cpu", weights=wrong)
    assert loader.take() is None
    assert loader.failure.startswith("no provider can run the character: cpu: ONNX Runtime, CPU failed")
    loader.close()
    loader.close()
