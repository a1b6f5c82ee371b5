"""The retouch engine's pictures by the slow way: torch at float32, from the head engine's draft."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from face.avatar import Avatar, load_avatar
from face.conditions import CHANNELS_IN, CODE, as_planes, frame_code
from face.motion import Motion
from face.regions import REGIONS, RegionCrops, RegionPlanes
from face.rig import load_rig
from networks.retouch import composite, warped
from networks.retouch_steps import fields_in_steps
from runtime.avatars.builtin import builtin_avatars
from runtime.engines.condition_pass import ConditionPass
from runtime.engines.head import HeadEngine
from runtime.engines.retouch import prepare_retouch
from tests.motions import motion
from tests.networks.retouch_models import halved, random_net, random_regions
from training.pairs.drafter import cropped

SIZE = 512
Picture = NDArray[np.uint8]

MOTIONS = (
    motion(),
    motion(pose_yaw=0.4, pose_pitch=-0.15, expression_jawOpen=0.8),
    motion(pose_yaw=-0.25, pose_x=0.05, expression_mouthSmileLeft=1.0, gaze_yaw=0.3),
    motion(view_azimuth=0.3, emotion_happy=1.0),
)


def avatar(name: str, background: str) -> Avatar:
    return replace(load_avatar(builtin_avatars()[name]), background=background)


def reference(
    head: HeadEngine,
    worn: Avatar,
    shown: Motion,
    *,
    has_regions: bool = False,
    net: Any = None,
    steps: int = 1,
) -> Picture:
    """The same picture by the slow way: torch at float32, from the head engine's draft."""
    own = Motion.neutral()
    own.values[:] = load_rig(worn).portrait
    head.set_avatar(worn)
    conditions = ConditionPass(head.gl)
    net = net or halved(random_net())
    avatar_code, planes, drawn = None, None, None
    for one in (own, shown):
        loaded = head.draw(one)
        if avatar_code is None:
            conditions.set_head(loaded)
        pictures = conditions.draw(loaded, head.drawn, one)
        planes = torch.from_numpy(
            as_planes(pictures, out=np.zeros((CHANNELS_IN, 128, 128), np.float32)).copy()
        )[None]
        if avatar_code is None:
            with torch.no_grad():
                avatar_code = net.avatar(planes)
    drawn = np.frombuffer(head.drawn.read(), np.uint8).reshape(SIZE, SIZE, 4)
    code = frame_code(shown, loaded.camera, out=np.zeros(CODE, np.float32))
    draft = torch.from_numpy(drawn.astype(np.float32) / 255).permute(2, 0, 1)[None]
    with torch.no_grad():
        coded = torch.from_numpy(code)[None]
        fields = fields_in_steps(lambda seen, left: net(seen, coded, avatar_code, left), planes, steps)
        made = composite(fields, draft)
        if has_regions:
            nets = halved(random_regions())
            crops = RegionCrops(loaded.lips, loaded.camera, loaded.eye_centres)
            for name in REGIONS:
                matrix = crops.matrix(name, loaded.deformer.vertices, shown)
                made = with_region(nets.region(name), name, matrix, draft, planes, coded, avatar_code, made)
    premultiplied = made[0].permute(1, 2, 0).numpy()
    if worn.background != "transparent":
        plate = prepare_retouch(worn, SIZE)["plate"].astype(np.float32) / 255
        premultiplied = premultiplied + (1 - premultiplied[..., 3:]) * plate
    conditions.release_head()
    return np.round(premultiplied * 255).astype(np.uint8)


def with_region(
    net: Any,
    name: str,
    matrix: NDArray[np.float32],
    draft: Any,
    planes: Any,
    code: Any,
    avatar: Any,
    below: Any,
) -> Any:
    """A region's picture over `below`, pixel by pixel of the frame; the crop is OpenCV's, as in training."""
    region = REGIONS[name]
    pixels = (draft[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    crop = torch.from_numpy(cropped(pixels, matrix, name).astype(np.float32) / 255).permute(2, 0, 1)[None]
    half = (region.height // 2, region.width // 2)
    seen = RegionPlanes(name).cut(
        planes[0, 4:].numpy().copy(), matrix, out=np.zeros((CHANNELS_IN - 4, *half), np.float32)
    )
    fields = net(crop, torch.from_numpy(seen)[None], code, avatar)
    axis = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE - 0.5
    heights = np.stack(np.meshgrid(axis, axis), -1)  # (S, S, 2) x, y
    place = heights @ matrix[:, :2].T + matrix[:, 2]
    is_inside = ((place >= 0) & (place <= (region.width, region.height))).all(-1)
    grid = torch.from_numpy(place / (region.width, region.height) * 2 - 1).float()[None]

    def at(field: Any) -> Any:
        return functional.grid_sample(field, grid, padding_mode="border", align_corners=False)

    uncrop = torch.from_numpy(np.linalg.inv(matrix[:, :2]))
    bent = warped(draft, torch.einsum("ij,bjhw->bihw", uncrop, at(fields.flow)))
    alpha = bent[:, 3:].clamp(0, 1)
    lit = bent[:, :3] * at(fields.gain) + at(fields.bias) * alpha
    lit = torch.minimum(lit.clamp(min=0), alpha)
    made = torch.cat([torch.lerp(lit, at(fields.paint) * alpha, at(fields.mask)), alpha], 1)
    return torch.lerp(below, made, at(fields.blend) * torch.from_numpy(is_inside))
