from __future__ import annotations

import pytest

from face.emotion_composite import AnalyticComposite
from runtime.layers.emotion_composites import EMOTION_COMPOSITES, make_emotion_composite


def test_the_first_composite_needs_no_network() -> None:
    assert isinstance(make_emotion_composite(EMOTION_COMPOSITES[0]), AnalyticComposite)


def test_the_learned_one_can_be_chosen() -> None:
    pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
    from runtime.layers.learned_emotion_composite import LearnedEmotionComposite

    assert isinstance(make_emotion_composite("learned"), LearnedEmotionComposite)
