from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from face.mouth_controls import CONTROLS
from networks.voice import DELAYS, VoiceNet, VoiceReading
from protocol.visemes import VISEME_INDEX
from tests.made_speech import made_speaker
from training.voice.judging import judged


class Told(VoiceNet):
    """Answers with the truth of a frame's loudness, which is that of `made_speaker`, or always with [p]."""

    def __init__(self, always: str = "") -> None:
        super().__init__()
        self.always = always

    def forward(self, bands, state=None):  # type: ignore[no-untyped-def]
        loud = (bands.mean(2, keepdim=True) > -0.9).float()[..., None].expand(-1, -1, len(DELAYS), -1)
        controls = torch.zeros(*loud.shape[:3], len(CONTROLS))
        controls[..., CONTROLS.index("jaw")] = 0.5 * loud[..., 0]
        visemes = torch.zeros(*loud.shape[:3], 15)
        visemes[..., VISEME_INDEX[self.always or "aa"]] = 1.0
        return VoiceReading(controls, visemes, loud[..., 0]), self.first_state()


def test_who_hears_right_has_good_figures_and_who_does_not_has_bad_ones() -> None:
    speaker = made_speaker(1)
    speaker.viseme[70:80] = VISEME_INDEX["PP"]
    good, bad = judged(Told(), [speaker]), judged(Told("PP"), [speaker])
    assert good["viseme"] > 0.9 > 0.1 > bad["viseme"]
    # it answers without the delay of the last head
    assert good["jaw_r"] > 0.7
    assert good["rms"] < 0.05
    assert good["closed"] == bad["closed"] == 0.0
