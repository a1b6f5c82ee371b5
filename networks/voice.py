"""VoiceNet: sound -> the mouth, the visemes, and whether anybody speaks, at three delays.

    net = VoiceNet()
    reading, state = net(bands, None)                 # a whole recording: (B, T, 80) -> T frames of 1/60 s
    reading, state = net(bands[:, :1], state)         # frame by frame, with the same result

Causal: a frame depends on the sound up to its end. Three heads read the same state for the moments 0, 42 and 75 ms before
that end; the more sound follows a moment, the surer its sound is known.

Source: A. van den Oord et al., "WaveNet", 2016 (dilated causal convolutions); K. Cho et al., "Learning phrase
representations using RNN encoder-decoder", 2014 (gated recurrent unit).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from face.mouth_controls import CONTROLS
from protocol.visemes import VISEMES

#: Two spectra of 40 bands a frame.
INPUTS: Final = 80
#: How long before the end of a frame's sound each head's moment lies, in steps of 1/120 s.
DELAYS: Final = (0, 5, 9)
_WIDTH: Final = 112
_MEMORY: Final = 144
_KERNEL: Final = 3
_DILATIONS: Final = (1, 1, 2, 4)


class VoiceReading(NamedTuple):
    """What the network hears in T frames of B recordings, for each of D delays.

    Attributes:
        controls: (B, T, D, 11) of `face.mouth_controls.CONTROLS`, 0..1.
        visemes: (B, T, D, 15) logarithms of the odds of `protocol.visemes.VISEMES`, before the softmax.
        speaks: (B, T, D) logarithm of the odds that somebody speaks.
    """

    controls: Tensor
    visemes: Tensor
    speaks: Tensor


class VoiceState(NamedTuple):
    """What the next frame needs.

    Attributes:
        frames: (B, C, before) the inputs of every convolution that come before the next frame, one after another.
        memory: (1, B, 144) of the recurrent unit.
    """

    frames: tuple[Tensor, ...]
    memory: Tensor


class VoiceNet(nn.Module):
    """A quarter of a million weights; 0.03 GFLOP for a second of sound."""

    def __init__(self) -> None:
        super().__init__()
        widths = (INPUTS, *(_WIDTH for _ in _DILATIONS))
        self.convolutions = nn.ModuleList(
            nn.Conv1d(before, after, _KERNEL, dilation=dilation)
            for before, after, dilation in zip(widths, widths[1:], _DILATIONS, strict=False)
        )
        self.recurrent = nn.GRU(_WIDTH, _MEMORY, batch_first=True)
        each = len(CONTROLS) + len(VISEMES) + 1
        self.heads = nn.Linear(_WIDTH + _MEMORY, len(DELAYS) * each)

    def first_state(self, count: int = 1) -> VoiceState:
        """Before the first frame of `count` recordings."""
        at = self.heads.weight
        frames = tuple(
            at.new_zeros(count, one.in_channels, (_KERNEL - 1) * one.dilation[0])
            for one in self.convolutions
            if isinstance(one, nn.Conv1d)
        )
        return VoiceState(frames, at.new_zeros(1, count, _MEMORY))

    def forward(self, bands: Tensor, state: VoiceState | None = None) -> tuple[VoiceReading, VoiceState]:
        """Hear T frames.

        Args:
            bands: (B, T, 80) the two spectra of each frame, see `bridge.devices.log_mel`.
            state: after the frames before; None = there are none.
        """
        state = self.first_state(len(bands)) if state is None else state
        x = bands.transpose(1, 2)  # (B, C, T)
        kept = []
        for number, convolution in enumerate(self.convolutions):
            longer = torch.cat([state.frames[number], x], 2)
            kept.append(longer[:, :, x.shape[2] :])
            made = functional.silu(convolution(longer))
            x = made if number == 0 else x + made
        heard = x.transpose(1, 2)
        remembered, memory = self.recurrent(heard, state.memory)
        out = self.heads(torch.cat([heard, remembered], 2)).unflatten(2, (len(DELAYS), -1))
        controls, visemes, speaks = out.split([len(CONTROLS), len(VISEMES), 1], 3)
        return VoiceReading(controls.sigmoid(), visemes, speaks.squeeze(3)), VoiceState(tuple(kept), memory)
