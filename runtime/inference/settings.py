"""NeuralSettings: the settings of engines that run a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class NeuralSettings:
    """How networks run.

    Attributes:
        providers: what may run them, best first: tensorrt, cuda, directml, coreml, openvino, cpu; "auto" = all others, in
            this order.
        weights: the folder of networks of others, such as LivePortrait's; "" = the usual places (`omote weights`).
        model: the folder of another network for the retouch engine, or of one for the diffusion engine; "" = the one that
            comes with Omote.
        steps: of the diffusion or the retouch engine for a picture, 1 to 100; fewer are faster. 0 = the engine's own: 2 of
            the diffusion engine, 1 of the retouch engine, which knows up to 5.
        guidance: how far the diffusion engine moves away from what it draws without its conditions; 1 = not at all, which
            is twice as fast.
        guidance_schedule: "constant" = through all steps; "progressive" = the expression comes after the pose.
        least_fps: with engine "auto", the retouch engine draws while it keeps this many frames a second, or `fps` if that
            is lower; else the regions' networks are left out, and then all of it.
        cpu_share, gpu_share: the largest share of a frame's time that drawing may take, where the CPU or a GPU runs the
            network; what does not fit is left out. 1 = all of it.
    """

    providers: tuple[str, ...] = ("auto",)
    model: str = ""
    least_fps: float = 25.0
    cpu_share: float = 1.0
    gpu_share: float = 1.0
    weights: str = ""
    steps: int = 0
    guidance: float = 1.0
    guidance_schedule: Literal["constant", "progressive"] = "constant"

    def steps_or(self, own: int) -> int:
        """The steps of a picture; `own` where none are set."""
        return self.steps or own
