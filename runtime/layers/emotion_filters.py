"""The emotion filters by name, and the one place where one is chosen."""

from __future__ import annotations

from typing import Final

from face.emotion_filter import AnalyticEmotionFilter, EmotionFilter

#: The first one is the default.
EMOTION_FILTERS: Final = ("analytic", "learned")


def make_emotion_filter(name: str) -> EmotionFilter:
    """Make a filter.

    Args:
        name: of EMOTION_FILTERS.

    Raises:
        InferenceError: the network, or what runs it, is missing; says what to do.
    """
    assert name in EMOTION_FILTERS, name
    if name == "analytic":
        return AnalyticEmotionFilter()
    from runtime.inference.emotion_model import load_emotion_model
    from runtime.inference.retouch_model import installed_model
    from runtime.layers.learned_emotion_filter import LearnedEmotionFilter

    return LearnedEmotionFilter(load_emotion_model(installed_model("emotion")))
