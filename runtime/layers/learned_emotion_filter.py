"""LearnedEmotionFilter: the emotion filter with a network, `networks/emotion_filter.py`, in ONNX Runtime.

    emotion_filter = LearnedEmotionFilter(load_emotion_model(installed_model("emotion")))
    emotion_filter(expression, weight=1.0, dt_s=1 / 60)

It sees the last second of the tracked expression, whatever the weight, so that a changing weight never makes the face jump.
At weight 0 the network does not run, and what it takes from lips (`face.lips_kept`) begins anew after it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.frame_history import FrameHistory
from face.lips_kept import LipsKept
from inference.model_folder import ModelFolder
from inference.session import open_session
from runtime.inference.emotion_model import FILTER_FILE

#: So small a network gains nothing from a second thread, or from a GPU.
_PROVIDER: Final = "cpu"
_THREADS: Final = 1


class LearnedEmotionFilter:
    """See `face.emotion_filter.EmotionFilter`. Belongs to one thread."""

    def __init__(self, model: ModelFolder) -> None:
        """Load the network.

        Raises:
            ProviderError: ONNX Runtime is missing or cannot run it; says what to do.
        """
        self._session = open_session(model.graphs[FILTER_FILE], _PROVIDER, _THREADS)
        self._seen = self._session.inputs["history"][0]  # (AGES, 52)
        self._made = self._session.outputs["expression"][0]  # (52,)
        self._history = FrameHistory()
        self._lips = LipsKept()

    def __call__(self, expression: NDArray[np.float32], weight: float, dt_s: float) -> None:
        """See `EmotionFilter`."""
        self._history.push(expression, dt_s)
        if weight <= 0.0:
            self._lips.reset()
            return
        self._history.read(self._seen)
        self._session.run()
        self._lips(expression, self._made, dt_s)
        if weight >= 1.0:
            expression[:] = self._made
            return
        np.multiply(expression, 1.0 - weight, out=expression)
        np.multiply(self._made, weight, out=self._made)
        np.add(expression, self._made, out=expression)
        np.clip(expression, 0.0, 1.0, out=expression)
