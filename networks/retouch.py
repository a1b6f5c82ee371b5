"""Retouch: bends, relights and paints over a draft of the head engine. It never draws a picture by itself.

    net = FormNet()
    avatar = net.avatar(portrait_planes)                 # (B, AVATAR), once for an avatar
    fields = net(planes, code, avatar)                   # FormFields at a quarter and half of the frame's resolution
    picture = composite(fields, draft)                   # (B, 4, S, S), at any S

Every output is a smooth field of low resolution, sampled at the frame's full resolution over the draft's own pixels: a
sharp draft stays sharp, and the worst result is the draft itself. Light and paint are brighter or darker than the draft, in
the draft's own hues: hues of the network's own hardly helped on people never seen (0.01 dB), and were stripes on paintings.

Sources: E. Zakharov et al., "Fast bi-layer neural synthesis of one-shot realistic head avatars", ECCV 2020 (a low-frequency
network over a warped high-frequency texture); FactorPortrait, conditions of the view branch (normals; expression by
modulation); E. Perez et al., "FiLM", AAAI 2018, eq. 2.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from face.conditions import CHANNELS_IN, CODE, CONDITION_PX
from networks.blocks import Block, Modulated, conv, twice

#: Length of the code that the avatar's own portrait gives.
AVATAR: Final = 24
#: Limits of the outputs: flow in picture heights; log of the gain; bias and paint in units of 0..1, means of the colours.
FLOW_LIMIT: Final = 0.05
GAIN_LIMIT: Final = 0.7
BIAS_LIMIT: Final = 0.25
PAINT_LIMIT: Final = 0.6
#: Most of the finest detail that is added once more, or taken away.
DETAIL_LIMIT: Final = 1.0
#: Farthest that the draft is copied from for painting, picture heights, beyond a pull towards the head's middle.
FAR_LIMIT: Final = 0.2
_PULL: Final = 0.2
_MIDDLE: Final = (0.0, -0.05)
#: Mean of a colour, 0..1, below which light of its hue is fainter: dark hair that is lit strongly would turn red.
_DARK: Final = 0.25
#: The largest factor by which one step lights the mean colour of a place: else dark hair that no lamp ever lit becomes a
#: violet haze.
_MOST_LIT: Final = 1.4
_WIDTHS: Final = (32, 64, 96, 112)
_MODULATION: Final = 128


class FormFields(NamedTuple):
    """The network's outputs for B frames; P = CONDITION_PX.

    Attributes:
        flow: (B, 2, P/2, P/2) where to sample the draft, relative to the pixel: picture heights, x right, y down.
        gain: (B, 3, P/2, P/2) factor of the colour. bias: (B, 3, P/2, P/2) added to it, times the alpha.
        detail: (B, 1, P/2, P/2) -1..1 of the draft's finest detail that is added once more: what a turn stretches is soft.
        far: (B, 2, P/2, P/2) where the paint copies the draft from, as `flow`: hair continues as the hair that is seen.
        paint: (B, 4, P, P) straight RGBA 0..1. copied: (B, 1, P, P) 0..1, how much of its colour is copied from `far`.
        mask: (B, 1, P, P) 0..1, share of the paint.
    """

    flow: Tensor
    gain: Tensor
    bias: Tensor
    detail: Tensor
    far: Tensor
    paint: Tensor
    copied: Tensor
    mask: Tensor


class FormNet(nn.Module):
    """A U-Net on half of the conditions' resolution, modulated by the code of frame and avatar; about 0.9 GFLOP."""

    def __init__(self, channels_in: int = CHANNELS_IN) -> None:
        super().__init__()
        a, b, c, d = _WIDTHS
        self.portrait = _PortraitEncoder(channels_in)
        self.code = nn.Sequential(
            nn.Linear(CODE + AVATAR, _MODULATION), nn.SiLU(), nn.Linear(_MODULATION, _MODULATION)
        )
        #: Of what a picture has behind it (`networks.retouch_steps`); the draft itself has nothing.
        self.behind = nn.Linear(1, _MODULATION, bias=False)
        self.enter = conv(4 * channels_in, a)  # 64
        self.down1 = conv(a, b, stride=2)  # 32
        self.level1 = Block(b)
        self.down2 = conv(b, c, stride=2)  # 16
        self.level2 = nn.ModuleList([Modulated(c, _MODULATION), Modulated(c, _MODULATION)])
        self.down3 = conv(c, d, stride=2)  # 8
        self.level3 = nn.ModuleList([Modulated(d, _MODULATION), Modulated(d, _MODULATION)])
        self.up2, self.joined2 = nn.Conv2d(d, c, 1), Modulated(c, _MODULATION)
        self.up1, self.joined1 = nn.Conv2d(c, b, 1), Block(b)
        self.up0, self.joined0 = nn.Conv2d(b, a, 1), Block(a)
        self.coarse = nn.Conv2d(a, 7, 3, padding=1)
        self.fine = nn.Conv2d(a, 4 * 4, 3, padding=1)
        self.register_load_state_dict_pre_hook(_fill_behind)
        axis = (torch.arange(CONDITION_PX // 2) + 0.5) / (CONDITION_PX // 2) - 0.5
        y, x = torch.meshgrid(axis, axis, indexing="ij")
        pull = _PULL * torch.stack([_MIDDLE[0] - x, _MIDDLE[1] - y])[None]
        self.register_buffer("pull", pull, persistent=False)
        for head in (self.coarse, self.fine):
            nn.init.normal_(head.weight, std=1e-3)
            nn.init.zeros_(head.bias)
        nn.init.zeros_(self.behind.weight)
        with torch.no_grad():
            self.fine.bias[8:12] = -3.0  # no paint at the beginning

    def avatar(self, planes: Tensor) -> Tensor:
        """The avatar's code (B, AVATAR) of the conditions (B, CHANNELS_IN, P, P) of its own portrait."""
        coded: Tensor = self.portrait(planes)
        return coded

    def forward(self, planes: Tensor, code: Tensor, avatar: Tensor, left: Tensor | None = None) -> FormFields:
        """Conditions (B, CHANNELS_IN, P, P), codes (B, CODE) and (B, AVATAR) to fields.

        Args:
            left: (B, 1) 0..1, how much of the way from draft to truth the picture in the planes has before it; None = 1,
                the draft.
        """
        code = self.code(torch.cat([code, avatar], 1))
        if left is not None:
            code = code + self.behind(1.0 - left)
        x0 = functional.leaky_relu(self.enter(functional.pixel_unshuffle(planes, 2)), 0.1)  # (B, a, 64, 64)
        x1 = self.level1(functional.leaky_relu(self.down1(x0), 0.1))
        x2 = functional.leaky_relu(self.down2(x1), 0.1)
        for block in self.level2:
            x2 = block(x2, code)
        x3 = functional.leaky_relu(self.down3(x2), 0.1)  # (B, d, 8, 8)
        for block in self.level3:
            x3 = block(x3, code)
        y = self.joined2(x2 + twice(self.up2(x3)), code)
        y = self.joined1(x1 + twice(self.up1(y)))
        y = self.joined0(x0 + twice(self.up0(y)))
        coarse = torch.tanh(self.coarse(y))
        fine = smoothed(functional.pixel_shuffle(self.fine(y), 2))  # (B, 4, 128, 128)
        base = _local_colour(planes[:, :4])
        tint = base / base.mean(1, keepdim=True).clamp(min=_DARK)
        colour = (base + PAINT_LIMIT * torch.tanh(fine[:, :1]) * tint).clamp(0.0, 1.0)
        gain = torch.exp(GAIN_LIMIT * coarse[:, 2:3]).clamp(max=_MOST_LIT).expand(-1, 3, -1, -1)
        bias = BIAS_LIMIT * coarse[:, 3:4] * functional.avg_pool2d(tint, 2)
        return FormFields(
            flow=FLOW_LIMIT * coarse[:, :2],
            gain=gain,
            bias=torch.minimum(bias, (_MOST_LIT - gain) * functional.avg_pool2d(base, 2)),
            detail=DETAIL_LIMIT * coarse[:, 6:7],
            far=FAR_LIMIT * coarse[:, 4:6] + self.pull,
            paint=torch.cat([colour, torch.sigmoid(fine[:, 1:2] + 2.0)], 1),
            copied=torch.sigmoid(fine[:, 3:4]),
            mask=torch.sigmoid(fine[:, 2:3]),
        )


def _fill_behind(module: nn.Module, state: dict[str, Tensor], prefix: str, *_: object) -> None:
    """Weights from before networks learned more than one step have none for what is behind a picture."""
    assert isinstance(module, FormNet)
    state.setdefault(f"{prefix}behind.weight", torch.zeros_like(module.behind.weight))


def composite(fields: FormFields, draft: Tensor) -> Tensor:
    """Apply the fields to a draft at its own resolution; the slow reference of the engine's shader.

    Args:
        fields: of the same B frames.
        draft: (B, 4, S, S) premultiplied, 0..1.

    Returns:
        (B, 4, S, S) premultiplied, 0..1.
    """
    return painted(fields, draft, relit(fields, draft))


def painted(fields: FormFields, draft: Tensor, below: Tensor) -> Tensor:
    """The last step of `composite`: paint over `below`, which `relit` made of the draft."""
    size = draft.shape[-1]
    paint, mask = enlarged(fields.paint, size), enlarged(fields.mask, size)
    copy = warped(draft, enlarged(fields.far, size), mode="bilinear")
    continued = copy[:, :3] + (1.0 - copy[:, 3:]) * paint[:, :3]  # where there is nothing to copy: the paint
    colour = torch.lerp(paint[:, :3], continued, enlarged(fields.copied, size))
    over = torch.cat([colour * paint[:, 3:], paint[:, 3:]], 1)
    return below * (1.0 - mask) + over * mask


def relit(fields: FormFields, draft: Tensor) -> Tensor:
    """The draft bent, sharpened and relit, without paint; as `composite`."""
    size = draft.shape[-1]
    flow = enlarged(fields.flow, size)
    # beyond the frame's edge a person goes on: what is bent from there is the edge again
    soft = warped(softened(draft), flow, mode="bilinear", is_inside=True)
    bent = detailed(warped(draft, flow, is_inside=True), soft, enlarged(fields.detail, size))
    alpha = bent[:, 3:].clamp(0.0, 1.0)  # bicubic weights overshoot
    lit = bent[:, :3] * enlarged(fields.gain, size) + enlarged(fields.bias, size) * alpha
    return torch.cat([torch.minimum(lit.clamp(min=0.0), alpha), alpha], 1)


def softened(picture: Tensor) -> Tensor:
    """A picture (B, C, H, W) without its finest detail: through the binomial filter 1 2 1; transparent outside."""
    return functional.conv2d(picture, _binomial(picture), padding=1, groups=picture.shape[1])


def detailed(picture: Tensor, soft: Tensor, detail: Tensor) -> Tensor:
    """A picture with more or less of what it has beside its `softened` one; detail (B, 1, H, W)."""
    return picture + detail * (picture - soft)


def enlarged(field: Tensor, size: int) -> Tensor:
    """A field (B, C, h, w) at (B, C, size, size), bilinear, as OpenGL samples a texture whose edge is clamped."""
    return functional.interpolate(field, (size, size), mode="bilinear", align_corners=False)


def warped(picture: Tensor, flow: Tensor, mode: str = "bicubic", *, is_inside: bool = False) -> Tensor:
    """Sample a picture (B, C, S, S) at every pixel plus flow (B, 2, S, S), picture heights.

    Outside it is transparent, or with `is_inside` as at its nearest pixel.

    Bicubic: a bilinear sample between pixels costs a third of a face's gradient energy.
    """
    size = picture.shape[-1]
    axis = (torch.arange(size, device=picture.device, dtype=picture.dtype) + 0.5) * (2.0 / size) - 1.0
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    grid = torch.stack([x, y], -1) + 2.0 * flow.permute(0, 2, 3, 1)
    if is_inside:
        grid = grid.clamp(1.0 / size - 1.0, 1.0 - 1.0 / size)
    return functional.grid_sample(picture, grid, mode=mode, padding_mode="zeros", align_corners=False)


def smoothed(field: Tensor) -> Tensor:
    """A field (B, C, H, W) through the binomial filter 1 2 1: it has no checkerboards of single pixels."""
    padded = functional.pad(field, (1, 1, 1, 1), mode="replicate")
    return functional.conv2d(padded, _binomial(field), groups=field.shape[1])


def _binomial(like: Tensor) -> Tensor:
    """(C, 1, 3, 3) weights of the filter 1 2 1 for pictures (B, C, H, W)."""
    line = torch.tensor([0.25, 0.5, 0.25], dtype=like.dtype, device=like.device)
    return torch.outer(line, line).expand(like.shape[1], 1, 3, 3)


def _local_colour(draft: Tensor) -> Tensor:
    """Mean colour (B, 3, P, P) of the draft's surroundings: paint starts from it, so that it suits colours never seen."""
    near = functional.avg_pool2d(draft, CONDITION_PX // 16)
    far = functional.avg_pool2d(near, 4)
    near = near + 0.05 * functional.interpolate(far, near.shape[-2:], mode="bilinear", align_corners=False)
    colour = near[:, :3] / (near[:, 3:] + 1e-3)
    return functional.interpolate(colour, draft.shape[-2:], mode="bilinear", align_corners=False)


class _PortraitEncoder(nn.Module):
    """The avatar's code from the conditions of its portrait; runs once for an avatar."""

    def __init__(self, channels_in: int) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            nn.PixelUnshuffle(4),  # 32
            nn.Conv2d(16 * channels_in, 32, 1),
            nn.LeakyReLU(0.1),
            conv(32, 48, stride=2),  # 16
            nn.LeakyReLU(0.1),
            conv(48, 64, stride=2),  # 8
            nn.LeakyReLU(0.1),
            conv(64, 64, stride=2),  # 4
            nn.LeakyReLU(0.1),
            nn.Flatten(),
            nn.Linear(64 * 16, AVATAR),
            nn.Tanh(),
        )

    def forward(self, planes: Tensor) -> Tensor:
        """(B, channels_in, P, P) to (B, AVATAR)."""
        coded: Tensor = self.trunk(planes)
        return coded
