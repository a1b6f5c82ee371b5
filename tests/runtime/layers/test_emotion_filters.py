from __future__ import annotations

import pytest

from face.emotion_filter import AnalyticEmotionFilter
from runtime.layers.emotion_filters import EMOTION_FILTERS, make_emotion_filter


def test_the_first_filter_needs_no_network() -> None:
    assert isinstance(make_emotion_filter(EMOTION_FILTERS[0]), AnalyticEmotionFilter)


def test_the_learned_one_can_be_chosen() -> None:
    pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
    from runtime.layers.learned_emotion_filter import LearnedEmotionFilter

    assert isinstance(make_emotion_filter("learned"), LearnedEmotionFilter)
