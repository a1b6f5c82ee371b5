"""EmotionAdversary: tries to name the emotion that the filter removed; the filter learns to leave it nothing to go by.

    adversary = EmotionAdversary(options, device, ranks)
    adversary.learn(filtered, intensities, rate, step)              # it learns to name
    loss = adversary.betrayal(filtered, intensities)                # 0 where it can only guess; the filter's loss

As the probe that judges, it sees a frame and a mean of the last two thirds of a second. Shapes of articulation learn
nothing from it: a jaw that did was held shut in all speech, which betrays least.

Source: Y. Ganin et al., "Domain-adversarial training of neural networks", JMLR 17, 2016; the filter's loss is the
divergence from guessing, which has a least value, in place of a reversed gradient, which has none.
"""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from face.emotion_filter import ARTICULATION
from protocol.blendshapes import BLENDSHAPES
from protocol.channels import EMOTIONS
from training.averaged_net import AveragedNet
from training.emotion.judging import FELT
from training.loop import TrainOptions
from training.ranks import Ranks

#: Ages of the frames that it sees, thirtieths of a second.
PAST: Final = (0, 10, 20)


class EmotionAdversary:
    """Learns beside the filter."""

    def __init__(self, options: TrainOptions, device: torch.device, ranks: Ranks) -> None:
        def make() -> nn.Module:
            return nn.Sequential(
                nn.Linear(2 * len(BLENDSHAPES), 128), nn.SiLU(), nn.Linear(128, len(EMOTIONS))
            )

        self._kept = AveragedNet(make, options, device, ranks)
        self._articulation = torch.tensor([name in ARTICULATION for name in BLENDSHAPES], device=device)

    def learn(self, filtered: Tensor, intensities: Tensor, rate: float, step: int) -> float:
        """One step; returns the share of emotional moments that it names.

        Args:
            filtered: (C, PAST, 52), newest first. intensities: (C, 8), 0..1.
        """
        named = self._logits(filtered.detach())
        felt, wanted = intensities.amax(1) > FELT, intensities.argmax(1)
        losses = functional.cross_entropy(named, wanted, reduction="none")
        self._kept.step((losses * felt).sum() / felt.sum().clamp(min=1), rate, step)
        return float(((named.argmax(1) == wanted) & felt).sum() / felt.sum().clamp(min=1))

    def betrayal(self, filtered: Tensor, intensities: Tensor) -> Tensor:
        """Divergence () of what it says from guessing, nats, in emotional moments. Arguments as of `learn`."""
        learning = torch.where(self._articulation, filtered.detach(), filtered)
        said = functional.log_softmax(self._logits(learning), 1)
        felt = intensities.amax(1) > FELT
        divergence = -said.mean(1) - torch.log(torch.tensor(float(len(EMOTIONS))))
        return (divergence * felt).sum() / felt.sum().clamp(min=1)

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        return self._kept.state()

    def load(self, kept: dict[str, Any]) -> None:
        """Take over a `state`."""
        self._kept.load(kept)

    def _logits(self, filtered: Tensor) -> Tensor:
        named: Tensor = self._kept.net(torch.cat([filtered[:, 0], filtered.mean(1)], 1))
        return named
