"""LearnedEmotionComposite: emotions added by a network, `networks/composite.py`, in ONNX Runtime.

    composite = LearnedEmotionComposite(load_emotion_model(installed_model("emotion")))
    composite(expression, intensities, tracked, dt_s)

The network composes the expression twice, with the wanted emotion and with none; the difference is added, so that a weak
emotion changes little, and none nothing at all. It has no memory.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.emotion_shapes import expression_of
from inference.errors import ModelError
from inference.model_folder import ModelFolder
from inference.session import open_session
from runtime.inference.emotion_model import COMPOSITE_FILE

_PROVIDER: Final = "cpu"
_THREADS: Final = 1


class LearnedEmotionComposite:
    """See `face.emotion_composite.EmotionComposite`. Belongs to one thread."""

    def __init__(self, model: ModelFolder) -> None:
        """Load the network.

        Raises:
            ModelError: the folder has no composite.
            ProviderError: ONNX Runtime is missing or cannot run it; says what to do.
        """
        if COMPOSITE_FILE not in model.graphs:
            raise ModelError(
                f'{model.path} has no {COMPOSITE_FILE}; export the run again, or set emotion_composite = "analytic"'
            )
        self._session = open_session(model.graphs[COMPOSITE_FILE], _PROVIDER, _THREADS)
        self._basic = self._session.inputs["basic"][0]  # (52,)
        self._wanted = self._session.inputs["wanted"][0]  # (52,)
        self._made = self._session.outputs["expression"][0]  # (52,)

    def __call__(
        self,
        expression: NDArray[np.float32],
        intensities: NDArray[np.float32],
        tracked: NDArray[np.float32],
        dt_s: float,
    ) -> None:
        """See `EmotionComposite`."""
        if not intensities.any():
            return
        self._basic[:] = expression
        expression_of(intensities, self._wanted)
        np.clip(self._wanted, 0.0, 1.0, out=self._wanted)
        self._session.run()
        expression[:] = self._made
