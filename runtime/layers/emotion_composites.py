"""What adds emotions, by name, and the one place where it is chosen."""

from __future__ import annotations

from typing import Final

from face.emotion_composite import AnalyticComposite, EmotionComposite

#: The first one is the default.
EMOTION_COMPOSITES: Final = ("analytic", "learned")


def make_emotion_composite(name: str) -> EmotionComposite:
    """Make a composite.

    Args:
        name: of EMOTION_COMPOSITES.

    Raises:
        InferenceError: the network, or what runs it, is missing; says what to do.
    """
    assert name in EMOTION_COMPOSITES, name
    if name == "analytic":
        return AnalyticComposite()
    from runtime.inference.emotion_model import load_emotion_model
    from runtime.inference.retouch_model import installed_model
    from runtime.layers.learned_emotion_composite import LearnedEmotionComposite

    return LearnedEmotionComposite(load_emotion_model(installed_model("emotion")))
