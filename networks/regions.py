"""Region networks: mouth and eyes, on crops at the frame's own resolution, where the form network's fields are too coarse.

    nets = RegionNets()
    fields = nets.mouth(crop, planes, code, avatar)        # RegionFields
    picture = composite_region(fields, crop, below)        # over what the form network made of the crop

Each sees only its own region's coefficients, the emotion and the pose: a mouth cannot answer to a blink. As the form
network, they bend, relight and paint over the draft, and never draw by themselves.

Sources: PortraitDirector, regional codes of eyes and mouth; FactorPortrait, conditioning by normals, expression by
modulation; T. Park et al., "SPADE", CVPR 2019, section 3 (conditions beside every pixel of the input).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from face.conditions import CHANNELS_IN, EMOTION, GAZE, HEAD, POSE
from face.regions import REGIONS
from networks.blocks import Modulated, conv, twice
from networks.retouch import AVATAR
from protocol.blendshapes import BLENDSHAPES

#: Channels of the conditions that the crops show: all but the draft, which is there at full size.
REGION_PLANES: Final = CHANNELS_IN - 4
#: Limits of the outputs: flow in pixels of the crop; log of the gain; bias and paint in units of 0..1.
FLOW_LIMIT: Final = 8.0
GAIN_LIMIT: Final = 0.7
BIAS_LIMIT: Final = 0.25
PAINT_LIMIT: Final = 0.6
#: Pixels at a crop's edge in which its network's picture fades into the form network's.
FADE_PX: Final = 10
#: Region -> beginnings of the names of its coefficients.
_OWN: Final = {
    "mouth": ("jaw", "mouth", "cheekPuff", "noseSneer", "tongue"),
    "eyes": ("eye", "brow", "cheekSquint", "noseSneer"),
}
_WIDTHS: Final = (20, 32, 56)
_MODULATION: Final = 96


class RegionFields(NamedTuple):
    """Outputs for B crops of H x W pixels.

    Attributes:
        flow: (B, 2, H/2, W/2) where to sample the draft's crop, relative to the pixel: pixels of the crop.
        gain: (B, 3, H/2, W/2) factor of the colour. bias: (B, 3, H/2, W/2) added to it, times the alpha.
        paint: (B, 3, H, W) straight RGB 0..1. mask: (B, 1, H, W) 0..1, share of the paint.
        blend: (B, 1, H, W) 0..1, share of the region's picture over the form network's; 0 at the crop's edge.
    """

    flow: Tensor
    gain: Tensor
    bias: Tensor
    paint: Tensor
    mask: Tensor
    blend: Tensor


def own_numbers(name: str) -> list[int]:
    """Places in the code of a frame (`face.conditions.frame_code`) that a region's network sees.

    Args:
        name: of REGIONS.
    """
    numbers = [place for place, shape in enumerate(BLENDSHAPES) if shape.startswith(_OWN[name])]
    for part in (EMOTION, POSE, HEAD, *((GAZE,) if name == "eyes" else ())):
        numbers += range(part.start, part.stop)
    return numbers


class RegionNet(nn.Module):
    """A U-Net on half of the crop's resolution; 0.2 GFLOP."""

    def __init__(self, name: str) -> None:
        """Args: name: of REGIONS."""
        super().__init__()
        a, b, c = _WIDTHS
        region = REGIONS[name]
        numbers = own_numbers(name)
        self.register_buffer("numbers", torch.tensor(numbers), persistent=False)
        self.register_buffer("window", _window(region.height, region.width), persistent=False)
        self.code = nn.Sequential(
            nn.Linear(len(numbers) + AVATAR, _MODULATION), nn.SiLU(), nn.Linear(_MODULATION, _MODULATION)
        )
        self.enter = conv(4 * 4 + REGION_PLANES, a)
        self.down1, self.level1 = conv(a, b, stride=2), Modulated(b, _MODULATION)
        self.down2 = conv(b, c, stride=2)
        self.level2 = nn.ModuleList([Modulated(c, _MODULATION), Modulated(c, _MODULATION)])
        self.up1, self.joined1 = nn.Conv2d(c, b, 1), Modulated(b, _MODULATION)
        self.up0, self.joined0 = nn.Conv2d(b, a, 1), conv(a, a)
        self.coarse = nn.Conv2d(a, 8, 3, padding=1)
        self.refine = nn.Conv2d(a, 8, 1)
        self.detail, self.fine = conv(8 + 4, 12), nn.Conv2d(12, 5, 1)
        for head in (self.coarse, self.fine):
            nn.init.normal_(head.weight, std=1e-3)
            nn.init.zeros_(head.bias)
        with torch.no_grad():
            self.fine.bias[3], self.fine.bias[4] = -3.0, 2.0  # no paint, and most of the region's picture

    def forward(self, crop: Tensor, planes: Tensor, code: Tensor, avatar: Tensor) -> RegionFields:
        """Fields of a region.

        Args:
            crop: (B, 4, H, W) of the draft, premultiplied, 0..1.
            planes: (B, REGION_PLANES, H/2, W/2) conditions at every second pixel.
            code: (B, CODE). avatar: (B, AVATAR).
        """
        code = self.code(torch.cat([code[:, self.numbers], avatar], 1))
        x0 = functional.leaky_relu(
            self.enter(torch.cat([functional.pixel_unshuffle(crop, 2), planes], 1)), 0.1
        )
        x1 = self.level1(functional.leaky_relu(self.down1(x0), 0.1), code)
        x2 = functional.leaky_relu(self.down2(x1), 0.1)
        for block in self.level2:
            x2 = block(x2, code)
        y = self.joined1(x1 + twice(self.up1(x2)), code)
        y = functional.leaky_relu(self.joined0(x0 + twice(self.up0(y))), 0.1)
        coarse = torch.tanh(self.coarse(y))
        detail = torch.cat([_enlarged(self.refine(y), crop), crop], 1)
        fine = self.fine(functional.leaky_relu(self.detail(detail), 0.1))
        colour = _local_colour(crop) + PAINT_LIMIT * torch.tanh(fine[:, :3])
        return RegionFields(
            flow=FLOW_LIMIT * coarse[:, :2],
            gain=torch.exp(GAIN_LIMIT * coarse[:, 2:5]),
            bias=BIAS_LIMIT * coarse[:, 5:8],
            paint=colour.clamp(0.0, 1.0),
            mask=torch.sigmoid(fine[:, 3:4]),
            blend=torch.sigmoid(fine[:, 4:5]) * self.window,
        )


class RegionNets(nn.Module):
    """The networks of all REGIONS."""

    def __init__(self) -> None:
        super().__init__()
        self.mouth, self.eyes = RegionNet("mouth"), RegionNet("eyes")

    def region(self, name: str) -> RegionNet:
        """The network of a region of REGIONS."""
        net: RegionNet = getattr(self, name)
        return net


def composite_region(fields: RegionFields, crop: Tensor, below: Tensor) -> Tensor:
    """Apply a region's fields; the slow reference of the engine's shader.

    Args:
        crop: (B, 4, H, W) of the draft, premultiplied, 0..1.
        below: (B, 4, H, W) what the form network made of it.

    Returns:
        (B, 4, H, W) premultiplied, 0..1.
    """
    bent = bent_crop(crop, _enlarged(fields.flow, crop))
    alpha = bent[:, 3:].clamp(0.0, 1.0)  # bicubic weights overshoot
    lit = bent[:, :3] * _enlarged(fields.gain, crop) + _enlarged(fields.bias, crop) * alpha
    lit = torch.minimum(lit.clamp(min=0.0), alpha)
    made = torch.cat([torch.lerp(lit, fields.paint * alpha, fields.mask), alpha], 1)
    return torch.lerp(below, made, fields.blend)


def bent_crop(crop: Tensor, flow: Tensor, mode: str = "bicubic") -> Tensor:
    """Sample a crop (B, C, H, W) at every pixel plus flow (B, 2, H, W), pixels; its edge continues outside."""
    height, width = crop.shape[-2:]
    size = torch.tensor([width, height], dtype=crop.dtype, device=crop.device)
    y, x = torch.meshgrid(
        torch.arange(height, dtype=crop.dtype, device=crop.device),
        torch.arange(width, dtype=crop.dtype, device=crop.device),
        indexing="ij",
    )
    place = torch.stack([x, y], -1) + 0.5 + flow.permute(0, 2, 3, 1)
    return functional.grid_sample(
        crop, place * (2.0 / size) - 1.0, mode=mode, padding_mode="border", align_corners=False
    )


def _enlarged(field: Tensor, crop: Tensor) -> Tensor:
    """A field (B, C, h, w) at the crop's size, bilinear, as OpenGL samples a texture whose edge is clamped."""
    return functional.interpolate(field, crop.shape[-2:], mode="bilinear", align_corners=False)


def _window(height: int, width: int) -> Tensor:
    """(1, 1, height, width) 0 at the edge, 1 from FADE_PX on."""
    y, x = torch.arange(height) + 0.5, torch.arange(width) + 0.5
    near = torch.minimum(torch.minimum(y, height - y)[:, None], torch.minimum(x, width - x)[None])
    t = ((near - 0.5) / FADE_PX).clamp(0.0, 1.0)
    return (t * t * (3.0 - 2.0 * t))[None, None]


def _local_colour(crop: Tensor) -> Tensor:
    """Mean colour (B, 3, H, W) of the crop's surroundings, straight: paint starts from it."""
    near = functional.avg_pool2d(crop, 8)
    far = functional.avg_pool2d(near, 4)
    near = near + 0.05 * functional.interpolate(far, near.shape[-2:], mode="bilinear", align_corners=False)
    return _enlarged(near[:, :3] / (near[:, 3:] + 1e-3), crop)
