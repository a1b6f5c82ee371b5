"""LearnedEmotionComposite: emotions added by a network, `networks/composite.py`, in ONNX Runtime.

    composite = LearnedEmotionComposite(load_emotion_model(installed_model("emotion")))
    composite(expression, intensities, tracked, dt_s)

The network composes the expression twice, with the wanted emotion and with none; the difference is added, so that a weak
emotion changes little, and none nothing at all. What it takes from an emotion is worked out only where the emotion changes.
Besides it remembers lips that have just met (`face.lips_held`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.emotion_shapes import wanted_expression
from face.lips_held import LipsHeld
from inference.errors import ModelError
from inference.model_folder import ModelFolder
from inference.session import check_shapes, open_session
from protocol.blendshapes import BLENDSHAPES
from protocol.channels import EMOTIONS
from runtime.inference.emotion_model import COMPOSITE_FILE, FELT_FILE

_PROVIDER: Final = "cpu"
_THREADS: Final = 1
#: Intensities that differ by less than this are the same: an easing emotion arrives.
_SAME: Final = 1e-3


class LearnedEmotionComposite:
    """See `face.emotion_composite.EmotionComposite`. Belongs to one thread."""

    def __init__(self, model: ModelFolder) -> None:
        """Load the network.

        Raises:
            ModelError: the folder has no composite, or an older one.
            ProviderError: ONNX Runtime is missing or cannot run it; says what to do.
        """
        for file in (FELT_FILE, COMPOSITE_FILE):
            if file not in model.graphs:
                raise ModelError(
                    f'{model.path} has no {file}; export the run again, or set emotion_composite = "analytic"'
                )
        self._felt = open_session(model.graphs[FELT_FILE], _PROVIDER, _THREADS)
        self._session = open_session(model.graphs[COMPOSITE_FILE], _PROVIDER, _THREADS)
        shapes = {name: array.shape for name, array in self._felt.outputs.items()}
        check_shapes(self._session, {"basic": (1, len(BLENDSHAPES)), **shapes}, model.path / COMPOSITE_FILE)
        self._handed = [(self._session.inputs[name], array) for name, array in self._felt.outputs.items()]
        self._basic = self._session.inputs["basic"][0]  # (52,)
        self._wanted = self._felt.inputs["wanted"][0]  # (52,)
        self._made = self._session.outputs["expression"][0]  # (52,)
        self._held = LipsHeld()
        self._known = np.full(len(EMOTIONS), -1.0, np.float32)
        self._change = np.zeros(len(EMOTIONS), np.float32)

    def __call__(
        self,
        expression: NDArray[np.float32],
        intensities: NDArray[np.float32],
        tracked: NDArray[np.float32],
        dt_s: float,
    ) -> None:
        """See `EmotionComposite`."""
        if not intensities.any():
            self._held.reset()
            return
        change = self._change
        np.subtract(intensities, self._known, out=change)
        if change.dot(change) > _SAME**2:
            self._feel(intensities)
        self._basic[:] = expression
        self._session.run()
        self._held(expression, self._made, dt_s)
        expression[:] = self._made

    def _feel(self, intensities: NDArray[np.float32]) -> None:
        """Work out what the composite takes from an emotion."""
        wanted_expression(intensities, self._wanted)
        self._felt.run()
        for given, made in self._handed:
            given[:] = made
        self._known[:] = intensities
