"""Flows from a beginning to the clean picture, and the few steps that follow them.

    flow = FLOWS["bridge"]
    begin = flow.begin(draft, noise)                     # t = 0
    noisy = flow.at(begin, clean, time)                  # (1 - t) begin + t clean
    made = sample(predict, begin, steps=4)               # predict(noisy, time) -> clean

"noise" begins at white Gaussian noise, "bridge" at the head engine's draft plus a little smooth noise: there, one step is a
regression from the draft. Pictures are -1..1.

Sources: JiT (arXiv 2511.13720), eqs. 1-6, whose t = 1 is clean: z_t = t x + (1 - t) e, v = (x - z_t) / (1 - t);
M. Delbracio, P. Milanfar, "Inversion by direct iteration" (InDI, arXiv 2303.11435), eqs. 3 and 8, with noise added to
the beginning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from networks.smooth_noise import CELLS, noise_basis

#: The clean pictures of noisy ones (B, T, C, H, W) at a time of the flow.
Predict = Callable[[Tensor, float], Tensor]


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow.

    Attributes:
        noise: standard deviation at the beginning.
        from_draft: begins at the draft and not at 0.
        time_mean, time_spread: of the logit of the times that are learned (JiT: -0.8 and 0.8).
        temperature: share of the noise with which pictures are made. A flow carries noise of any size to all that the truth
            may be; of a draft, that is a guess at light and place, and without noise the mean is refined step by step.
        least_rest: 1 - t is not taken as less than this where it divides: near the end, the loss would be all noise.
    """

    noise: float
    from_draft: bool
    time_mean: float
    time_spread: float
    least_rest: float
    temperature: float

    def noise_like(self, draft: Tensor, random: torch.Generator) -> Tensor:
        """Gaussian noise of mean 0 and variance 1 of the shape of drafts (..., S, S), smooth if the flow begins at them.

        Args:
            random: in the computer's own memory.
        """
        if not self.from_draft:
            return torch.randn(draft.shape, generator=random).to(draft)
        basis = torch.from_numpy(noise_basis(draft.shape[-1]))
        coarse = torch.randn((*draft.shape[:-2], CELLS, CELLS), generator=random)
        return (basis @ coarse @ basis.T).to(draft)

    def begin(self, draft: Tensor, noise: Tensor) -> Tensor:
        """Pictures at t = 0, of drafts and noise of the same shape (`noise_like`)."""
        return self.noise * noise + (draft if self.from_draft else 0.0)

    def begin_to_make(self, draft: Tensor, noise: Tensor) -> Tensor:
        """As `begin`, with the share of the noise that pictures are made with."""
        return self.begin(draft, self.temperature * noise)

    def at(self, begin: Tensor, clean: Tensor, time: Tensor) -> Tensor:
        """Pictures (B, T, C, H, W) at times (B, T)."""
        share = time[..., None, None, None]
        return (1.0 - share) * begin + share * clean

    def times(self, normal: Tensor) -> Tensor:
        """Times to learn from, of standard Gaussian numbers of the same shape."""
        return torch.sigmoid(self.time_mean + self.time_spread * normal)

    def share_of_noisy(self, time: Tensor, off: Tensor) -> Tensor:
        """How much to believe what a noisy picture says beyond what was expected: the linear share of least error.

        Args:
            time: of the flow. off: standard deviation of the truth from what is expected.
        """
        clean, noise = (time * off).square(), ((1.0 - time) * self.noise).square()
        return time * off.square() / (clean + noise)

    def weight(self, time: Tensor) -> Tensor:
        """The factor that makes an error of the clean picture one of the velocity, JiT's v-loss."""
        return (1.0 - time).clamp(min=self.least_rest) ** -2


#: Of both, the beginning is learned about as often as the rest: that is where few steps spend their work.
FLOWS: Final = {
    "noise": Flow(1.0, from_draft=False, time_mean=-0.8, time_spread=0.8, least_rest=0.2, temperature=1.0),
    "bridge": Flow(0.06, from_draft=True, time_mean=-1.5, time_spread=1.5, least_rest=0.5, temperature=0.0),
}


def sample(predict: Predict, begin: Tensor, steps: int) -> Tensor:
    """Follow a flow by Euler's method in `steps` equal steps; the last one returns the prediction.

    Args:
        predict: the clean picture. begin: (B, T, C, H, W) at t = 0.
    """
    x = begin
    for step in range(steps):
        now, then = step / steps, (step + 1) / steps
        clean = predict(x, now)
        x = x + (clean - x) * ((then - now) / (1.0 - now))
    return x
