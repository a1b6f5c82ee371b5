"""VoiceNetwork: hears one frame of sound after another, and says what the mouth does in it.

    network = open_voice_network(load_voice_model(installed_voice()))
    heard = network.hear(bands)            # (80,) of one frame of 1/60 s
    heard.controls[-1]                     # with the longest look-ahead

Trained by `omote-train voice`. The state is kept here and handed to the graph, so that frame by frame gives what the whole
recording at once would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.log_mel import BANDS, HOP, RATE
from face.mouth_controls import CONTROLS
from inference.errors import ModelError
from inference.model_folder import ModelFolder, ModelKind, load_model_folder
from inference.providers import first_that_works
from inference.session import check_shapes, open_session
from protocol.visemes import VISEMES

Floats = NDArray[np.float32]

VOICE_FILE: Final = "voice.onnx"
#: Look-ahead of each head, in hops of the spectrum. Must match networks/voice.py.
DELAYS: Final = (0, 5, 9)
DELAYS_S: Final = tuple(hops * HOP / RATE for hops in DELAYS)
VOICE: Final = ModelKind(
    "voice",
    files=(VOICE_FILE,),
    sizes={"bands": BANDS, "controls": len(CONTROLS), "visemes": len(VISEMES), "delays": len(DELAYS)},
    advice="or choose --lips vowels",
)
#: Where the networks that come with the bridge lie.
INSTALLED: Final = Path(__file__).parents[1] / "networks"
_SHAPES: Final[dict[str, tuple[int, ...]]] = {
    "bands": (1, 1, 2 * BANDS),
    "controls": (1, 1, len(DELAYS), len(CONTROLS)),
    "visemes": (1, 1, len(DELAYS), len(VISEMES)),
    "speaks": (1, 1, len(DELAYS)),
}
#: Inputs of this name are the state; the output of the same name with this behind it is the next one.
STATE: Final = "state"
NEXT: Final = "_next"


@dataclass(frozen=True, slots=True, eq=False)
class HeardFrame:
    """What the network hears in one frame, for each of DELAYS. The arrays are the network's own, until the next frame.

    Attributes:
        controls: (D, 11) float32 0..1 of `face.mouth_controls.CONTROLS`.
        visemes: (D, 15) float32, shares of `protocol.visemes.VISEMES` with the sum 1.
        speaks: (D,) float32 0..1, whether somebody speaks.
    """

    controls: Floats
    visemes: Floats
    speaks: Floats


def installed_voice() -> Path:
    """The folder of the network that comes with the bridge; it need not exist."""
    return INSTALLED / "voice"


def load_voice_model(path: Path) -> ModelFolder:
    """Read and check the folder of a voice network.

    Raises:
        ModelError: a file is missing, damaged or too large, or the network is another or a newer one.
    """
    return load_model_folder(path, VOICE)


def open_voice_network(model: ModelFolder, named: Sequence[str] = ("cpu", "openvino")) -> VoiceNetwork:
    """Open the network on the first provider that works.

    Args:
        named: as in `wanted_providers`; so small a network is slower on a graphics card.

    Raises:
        ProviderError: none works; gives the reason for each.
        ModelError: the graph has other inputs or outputs than this version knows.
    """
    return first_that_works(named, partial(VoiceNetwork, model), "the voice network")


class VoiceNetwork:
    """Belongs to one thread and one stream of sound.

    Attributes:
        provider: what computes, for people.
    """

    def __init__(self, model: ModelFolder, provider: str) -> None:
        """Load the graph.

        Raises:
            ProviderError: the provider cannot run it here.
            ModelError: the graph has other inputs or outputs than this version knows.
        """
        self._session = open_session(model.graphs[VOICE_FILE], provider, 1)
        inputs, outputs = self._session.inputs, self._session.outputs
        check_shapes(self._session, _SHAPES, model.path / VOICE_FILE)
        states = [name for name in inputs if name.startswith(STATE)]
        for name in states:
            follows = outputs.get(name + NEXT)
            if follows is None or follows.shape != inputs[name].shape:
                raise ModelError(
                    f"{model.path / VOICE_FILE}: the state {name} has no successor {name + NEXT} of its shape; "
                    "export the network again with this version"
                )
        self.provider = self._session.provider
        self._states = [(inputs[name], outputs[name + NEXT]) for name in states]
        self._bands = inputs["bands"].reshape(-1)
        self._heard = HeardFrame(*(outputs[name][0, 0] for name in ("controls", "visemes", "speaks")))
        self._session.run()  # the first run is slower
        self.reset()

    def hear(self, bands: Floats) -> HeardFrame:
        """Hear the next frame.

        Args:
            bands: (2 BANDS,) float32, the two spectra of the frame.

        Raises:
            ProviderError: the provider failed.
        """
        self._bands[:] = bands
        self._session.run()
        for state, follows in self._states:
            state[:] = follows
        return self._heard

    def reset(self) -> None:
        """Forget what was heard."""
        for state, _ in self._states:
            state[:] = 0.0
