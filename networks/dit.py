"""Dit: a causal diffusion transformer over patches of a talking head's frames, with every factor as a condition.

    memory = net.remember(portrait_planes, portrait_maps)               # once for an avatar
    clean, now = net(noisy, time, planes, maps, steering, memory, past) # T frames; `now` joins the stream's cache

It predicts the clean picture (JiT): the head engine's draft, bent and relit, what the noisy picture says beyond that, and
what is added to both. A draft that lies a pixel beside the truth would otherwise have to be drawn anew, and so would every
detail that earlier steps of the flow have made. Every condition is a switch of `networks.dit_design.PARTS`:
what is left out is never read.

Sources: JiT (arXiv 2511.13720), eqs. 1-6; W. Peebles, S. Xie, "Scalable diffusion models with transformers" (DiT, arXiv
2212.09748), section 3.2, adaLN-Zero; T. Karras et al. (arXiv 2206.00364), eq. 7, a share of the noisy picture by its time;
FactorPortrait (arXiv 2512.11645), the portrait in slot 0, channel-joined normals and rays, expression by modulation;
DeX-Portrait (arXiv 2512.15524), ray maps and expression tokens; PortraitDirector (arXiv 2604.19129), pose adapter and
composite layer; Self Forcing (arXiv 2506.08009), block-causal frames with a cache.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from face.conditions import CHANNELS_IN
from face.ray_maps import MAPS
from networks.attention import CrossAttention, FrameAttention, KeysValues, RmsNorm, rotary_of
from networks.conditioning import CODE_OUT, TOKEN, ExpressionEncoder, PoseEncoder, Steering, TimeEmbedding
from networks.dit_design import DitDesign
from networks.flow import FLOWS
from networks.patches import CODECS, PICTURE
from networks.retouch import FLOW_LIMIT, GAIN_LIMIT, smoothed, warped

#: Planes of `face.conditions`, and channels of `face.ray_maps.pose_maps`, that belong to a part.
PLANES_OF: Final = {
    "draft": slice(0, 4), "normals": slice(4, 7), "portrait": slice(7, 11), "labels": slice(11, CHANNELS_IN),
}  # fmt: skip
MAPS_OF: Final = {"rays": slice(0, 6), "rts": slice(6, MAPS)}
#: Channels that bend and relight the draft: two of the flow, and the light.
_BEND: Final = 3
#: How far the truth lies from a draft, and from grey where there is none, a standard deviation of colours of -1..1: where
#: the network's doubt begins, and the logarithm of how far it goes.
_OFF: Final = 0.06
_OFF_GREY: Final = 0.7
_DOUBT_LIMIT: Final = 2.5


class Dit(nn.Module):
    """The transformer. B examples of T frames; S = side, N = grid^2 tokens, g = grid."""

    def __init__(self, design: DitDesign) -> None:
        super().__init__()
        self.design = design
        width = design.width
        self.bends = not design.without & {"draft", "bend"}
        made = PICTURE + 1 + (_BEND if self.bends else 0)
        self.codec = CODECS[design.codec](PICTURE + CHANNELS_IN, design.patch, width, made)
        self.maps = nn.Linear(MAPS, width)
        self.time = TimeEmbedding()
        self.expression = ExpressionEncoder(has_emotion="emotion" not in design.without)
        self.pose = PoseEncoder()
        self.slot0 = nn.Parameter(torch.zeros(CODE_OUT))
        self.blocks = nn.ModuleList(
            _Block(design, has_adapters=number % design.adapters_every == 0) for number in range(design.depth)
        )
        self.last = _Modulation(width, 2)
        for name, grid, scale in (
            ("frame", design.grid, 1.0),
            ("portrait", design.reference_grid, float(design.reference_scale)),
        ):
            cosine, sine = rotary_of(grid, width // design.heads, scale)
            self.register_buffer(f"{name}_cosine", cosine, persistent=False)
            self.register_buffer(f"{name}_sine", sine, persistent=False)
        self.register_buffer("kept_planes", _kept(CHANNELS_IN, PLANES_OF, design), persistent=False)
        self.register_buffer("kept_maps", _kept(MAPS, MAPS_OF, design), persistent=False)

    def remember(self, planes: Tensor, maps: Tensor) -> KeysValues | None:
        """The portrait's keys and values, (depth, B, 1, heads, n, d) each; None if the portrait is left out.

        Args:
            planes: (B, CHANNELS_IN, S, S) of the portrait's own motion.
            maps: (B, MAPS, g, g) of `face.ray_maps`.
        """
        design = self.design
        if "reference" in design.without:
            return None
        scale = design.reference_scale
        small, few = functional.avg_pool2d(planes, scale), functional.avg_pool2d(maps, scale)
        # the portrait takes the place of the noisy picture, at the end of its flow
        tokens, _ = self.codec.encode(torch.cat([2.0 * small[:, :PICTURE] - 1.0, self._planes(small)], 1))
        x = (tokens + self._maps(few))[:, None]
        code = self.time(x.new_ones(len(x), 1)) + self.slot0
        rotary = (self.portrait_cosine, self.portrait_sine)
        found = []
        for block in self.blocks:
            x, own = block(x, code, rotary)
            found.append(own)
        return _stacked(found)

    def forward(
        self,
        noisy: Tensor,
        time: Tensor,
        planes: Tensor,
        maps: Tensor,
        steering: Steering,
        memory: KeysValues | None = None,
        past: KeysValues | None = None,
        given: Tensor | None = None,
    ) -> tuple[Tensor, KeysValues]:
        """The clean frames (B, T, PICTURE, S, S), -1..1, and these frames' keys and values of all layers.

        Args:
            noisy: (B, T, PICTURE, S, S). time: (B, T) of the flow, 0 = its beginning, 1 = clean.
            planes: (B, T, CHANNELS_IN, S, S). maps: (B, T, MAPS, g, g).
            memory: of `remember`.
            past: of the frames right before these, whole chunks, (depth, B, M, heads, N, d).
            given: (M,) 1 or 0, which of them there are; None = all.
        """
        without, (count, frames) = self.design.without, noisy.shape[:2]
        joined = torch.cat([noisy.flatten(0, 1), self._planes(planes.flatten(0, 1))], 1)
        tokens, kept = self.codec.encode(joined)
        x = (tokens + self._maps(maps.flatten(0, 1))).unflatten(0, (count, frames))
        code, words = self.expression(steering.expression, steering.emotion)
        code = self.time(time) if "code" in without else self.time(time) + code
        pose = None if "pose" in without else self.pose(steering.pose)
        words = None if "tokens" in without else words
        rotary, found = (self.frame_cosine, self.frame_sine), []
        for number, block in enumerate(self.blocks):
            before, sink = (_layer(one, number) for one in (past, memory))
            x, now = block(x, code, rotary, before, sink, words, pose, given)
            found.append(now)
        x = self.last(x, code)[0]
        made = self.codec.decode(x.flatten(0, 1), kept)
        clean = self._over_draft(
            made,
            planes[:, :, :PICTURE].flatten(0, 1),
            noisy.flatten(0, 1),
            time.flatten()[:, None, None, None],
        )
        return clean.unflatten(0, (count, frames)), _stacked(found)

    def _over_draft(self, made: Tensor, draft: Tensor, noisy: Tensor, time: Tensor) -> Tensor:
        """The clean pictures (B, PICTURE, S, S), -1..1, of the codec's channels.

        Args:
            draft: (B, PICTURE, S, S) 0..1. noisy: (B, PICTURE, S, S). time: (B, 1, 1, 1).
        """
        flow = FLOWS[self.design.flow]
        added = made[:, :PICTURE].float()
        if "draft" in self.design.without:
            expected, begun, off = torch.zeros_like(added), 0.0, _OFF_GREY
        else:
            expected = 2.0 * self._bent(draft, made) - 1.0
            begun, off = (2.0 * draft - 1.0 if flow.from_draft else 0.0), _OFF
        beyond = noisy - (1.0 - time) * begun - time * expected
        off = off * torch.exp(_DOUBT_LIMIT * torch.tanh(made[:, -1:].float()))
        return expected + flow.share_of_noisy(time, off) * beyond + added

    def _bent(self, draft: Tensor, made: Tensor) -> Tensor:
        """Drafts (B, PICTURE, S, S), 0..1, bent and relit by the codec's channels."""
        if not self.bends:
            return draft
        limits = draft.new_tensor([FLOW_LIMIT, FLOW_LIMIT, GAIN_LIMIT])[:, None, None]
        bend = limits * torch.tanh(smoothed(made[:, PICTURE : PICTURE + _BEND].float()))
        moved = warped(draft.float(), bend[:, :2])
        return torch.cat([moved[:, :3] * torch.exp(bend[:, 2:]), moved[:, 3:]], 1)

    def _planes(self, planes: Tensor) -> Tensor:
        """Those that are not left out; 0 in place of the others, whatever they hold."""
        return torch.where(self.kept_planes, planes, 0.0)

    def _maps(self, maps: Tensor) -> Tensor:
        """What the maps (B, MAPS, g, g) add to the tokens."""
        kept = torch.where(self.kept_maps, maps, 0.0)
        made: Tensor = self.maps(kept.flatten(2).transpose(1, 2))
        return made


class _Modulation(nn.Module):
    """Normalises tokens, scales and shifts them by a frame's code; further numbers are gates. Begins without effect."""

    def __init__(self, width: int, count: int) -> None:
        super().__init__()
        self.count = count
        self.norm = RmsNorm(width)
        self.code = nn.Linear(CODE_OUT, count * width)
        nn.init.zeros_(self.code.weight)
        nn.init.zeros_(self.code.bias)

    def forward(self, x: Tensor, code: Tensor) -> tuple[Tensor, ...]:
        """Tokens (B, T, N, D) and codes (B, T, CODE_OUT) to modulated tokens and gates (B, T, 1, D)."""
        shift, scale, *gates = self.code(functional.silu(code))[:, :, None].chunk(self.count, -1)
        return self.norm(x) * (1.0 + scale) + shift, *gates


class _Block(nn.Module):
    def __init__(self, design: DitDesign, *, has_adapters: bool) -> None:
        super().__init__()
        width = design.width
        hidden = 64 * round(8 / 3 * width / 64)
        self.before_attention, self.before_mlp = _Modulation(width, 3), _Modulation(width, 3)
        self.attention = FrameAttention(width, design.heads, design.chunk, design.window)
        self.words = CrossAttention(width, design.heads, TOKEN) if has_adapters else None
        self.pose = CrossAttention(width, design.heads, 2 * TOKEN) if has_adapters else None
        self.rise, self.fall = nn.Linear(width, 2 * hidden), nn.Linear(hidden, width)

    def forward(
        self,
        x: Tensor,
        code: Tensor,
        rotary: tuple[Tensor, Tensor],
        past: KeysValues | None = None,
        sink: KeysValues | None = None,
        words: Tensor | None = None,
        pose: Tensor | None = None,
        given: Tensor | None = None,
    ) -> tuple[Tensor, KeysValues]:
        modulated, gate = self.before_attention(x, code)
        seen, now = self.attention(modulated, rotary, past, sink, given)
        x = x + gate * seen
        if self.words is not None and words is not None:
            x = x + self.words(x, words)
        if self.pose is not None and pose is not None:
            x = x + self.pose(x, pose)
        modulated, gate = self.before_mlp(x, code)
        value, gated = self.rise(modulated).chunk(2, -1)  # SwiGLU
        return x + gate * self.fall(value * functional.silu(gated)), now


def shown_frames(cache: KeysValues, design: DitDesign) -> KeysValues | None:
    """The end of a stream's cache that the next chunk sees; None if that is nothing."""
    if design.past == 0:
        return None
    return KeysValues(cache.keys[:, :, -design.past :], cache.values[:, :, -design.past :])


def joined(past: KeysValues | None, now: KeysValues) -> KeysValues:
    """A stream's cache with the frames of `now` after those of `past`."""
    if past is None:
        return now
    return KeysValues(torch.cat([past.keys, now.keys], 2), torch.cat([past.values, now.values], 2))


def _stacked(layers: list[KeysValues]) -> KeysValues:
    return KeysValues(torch.stack([one.keys for one in layers]), torch.stack([one.values for one in layers]))


def _layer(cache: KeysValues | None, number: int) -> KeysValues | None:
    return None if cache is None else KeysValues(cache.keys[number], cache.values[number])


def _kept(channels: int, parts: dict[str, slice], design: DitDesign) -> Tensor:
    """(channels, 1, 1) bool: whether a channel is read."""
    kept = torch.ones(channels, 1, 1, dtype=torch.bool)
    for name, where in parts.items():
        kept[where] = name not in design.without
    return kept
