"""Fields of the form network that leave a draft as it is."""

from __future__ import annotations

from functools import cache
from typing import Any


def still_fields(batch: int = 1, **changed: Any) -> Any:
    """FormFields (B, ...) of the shapes that the network gives: a gain of one, and zeros; or what is given instead."""
    import torch

    from networks.retouch import FormFields

    still = {
        name: torch.full((batch, *shape), 1.0 if name == "gain" else 0.0) for name, shape in shapes().items()
    }
    return FormFields(**(still | changed))


@cache
def shapes() -> dict[str, tuple[int, ...]]:
    """The shape of each field without B."""
    import torch

    from face.conditions import CHANNELS_IN, CODE, CONDITION_PX
    from networks.retouch import AVATAR, FormNet

    planes = torch.zeros(1, CHANNELS_IN, CONDITION_PX, CONDITION_PX)
    with torch.no_grad():
        fields = FormNet()(planes, torch.zeros(1, CODE), torch.zeros(1, AVATAR))
    return {name: tuple(value.shape[1:]) for name, value in fields._asdict().items()}
