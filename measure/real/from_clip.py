"""Avatars made from the first part of a clip, judged by the rest: what a clip gives that its best frame alone does not.

    rows, lines, sheet = from_clip(Path("clip.mp4"), landmarker, engine, size=512, share=0.6)

The same best moment is the portrait of all: alone as a picture, with the head that the other frames bend, and painted from
those too.
Each avatar's own head is followed through the frames that are left, so that they differ in looks and not in how they are
driven.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.clip.look import Clip, look_through
from authoring.clip.moment import Moment
from authoring.clip.paintable import eye_opening_of
from authoring.clip.seen_clip import SeenClip, in_canvas, seen_of
from authoring.clip.true_frames import TrueFrame, true_frames
from authoring.paint_from import PAINT_FROM
from authoring.photo import AvatarOptions, SeenPhoto, avatar_from_photo
from authoring.portrait.canvas import Cut, choose_cut
from face.avatar import Avatar, load_avatar
from face.landmarks import FACE_OVAL
from face.rig import load_rig
from measure.errors import MeasureError
from measure.image_metrics import psnr_db, sharpness
from runtime.engines.engine import RendererEngine
from vision.head_pose import head_pose
from vision.landmarker import FaceLandmarker

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]
#: What avatars are made from: the portrait as a picture, a clip that is not painted from, and all of the clip.
MADE_FROM: Final = ("frame", "bent", "clip")
#: A head is turned from the portrait's from so many degrees on; an eye is shut up to this share of its usual opening; lips
#: are parted from so many face heights on.
TURNED_DEG, SHUT, PARTED = 10.0, 0.25, 0.025
#: Margin around eyes and mouth, shares of the width between the eyes' outer corners.
_AROUND: Final = 0.12
_EYES: Final = (33, 133, 263, 362, 159, 145, 386, 374)
_LIPS: Final = (61, 291, 0, 17, 13, 14)
#: Frames that are judged at most: of turned heads, of shut eyes and of parted lips each, and of all.
_OF_KIND, _OF_ALL = 10, 12
_SHOWN: Final = 8  # columns of a sheet


@dataclass(frozen=True, slots=True)
class FromClipRow:
    """One avatar's means over the frames that it was not made from.

    Attributes:
        made_from: of MADE_FROM. seconds: that making it took. frames: judged.
        face, square, eyes, mouth: PSNR, dB. sharp: gradient energy of the face over the truth's.
        turned_face, turned_rim: of the frames with a turned head, the face, and its outer third alone.
        shut_eyes, parted_mouth: of the frames with an eye shut, and with parted lips. turned, shut, parted: how many.
    """

    made_from: str
    seconds: float
    frames: int
    face: float
    square: float
    eyes: float
    mouth: float
    sharp: float
    turned: int
    turned_face: float
    turned_rim: float
    shut: int
    shut_eyes: float
    parted: int
    parted_mouth: float


FIGURES: Final = tuple(field.name for field in fields(FromClipRow))[1:]


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """A frame that is judged, and what of it: masks (S, S)."""

    frame: TrueFrame
    face: Mask
    rim: Mask
    eyes: Mask
    mouth: Mask
    is_turned: bool
    is_shut: bool
    is_parted: bool


def from_clip(
    path: Path,
    landmarker: FaceLandmarker,
    engine: RendererEngine,
    *,
    size: int,
    share: float,
    keep: Path | None = None,
) -> tuple[list[FromClipRow], list[str], Picture]:
    """Make the avatars, draw the frames that are left, and compare.

    Args:
        landmarker: of single pictures. engine: draws frames of `size`.
        share: of the clip's time that the avatars are made from, 0..1. keep: a folder for the avatars; None: nowhere.

    Returns:
        A row for each of MADE_FROM, the lines of the last avatar's report about the clip, and a sheet: the clip's frames in
        the first row, then each avatar's.

    Raises:
        VideoError, AuthoringError: the clip cannot be used.
        MeasureError: too few frames are left to judge.
    """
    clip = look_through(path, landmarker, number=None, at_s=None, progress=_silent)
    made, left = parts_of(clip, share)
    seen, photo = seen_of(made, landmarker, at_s=None, progress=_silent)
    height, width = photo.portrait.rgb.shape[:2]
    cut = choose_cut(photo.faces[0].landmarks[:, :2], width, height)
    rows: list[FromClipRow] = []
    strips: list[Picture] = []
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        for name in MADE_FROM:
            folder = (keep or Path(place)) / f"{path.stem}-{name}"
            seconds, lines = _made(path, folder, name, seen, photo, cut, landmarker)
            avatar = load_avatar(folder)
            judged = _judged(left, cut, avatar, seen, size)
            engine.set_avatar(replace(avatar, background="keep"))
            drawn = [engine.render(one.frame.motion, one.frame.time_s)[..., :3].copy() for one in judged]
            rows.append(_row(name, seconds, drawn, judged))
            shown = _shown(judged)
            if not strips:
                strips.append(np.concatenate([judged[k].frame.picture for k in shown], 1))
            strips.append(np.concatenate([drawn[k] for k in shown], 1))
    return rows, lines, np.concatenate([strip[:, : strips[0].shape[1]] for strip in strips])


def parts_of(clip: Clip, share: float) -> tuple[Clip, Clip]:
    """A clip's first part, and what is left.

    Raises:
        MeasureError: either has hardly any frames.
    """
    begins, ends = clip.moments[0].time_s, clip.moments[-1].time_s
    until = begins + share * (ends - begins)
    first = tuple(one for one in clip.moments if one.time_s <= until)
    rest = tuple(one for one in clip.moments if one.time_s > until)
    if min(len(first), len(rest)) < 2:
        raise MeasureError(
            f"{clip.path.name}: {len(first)} and {len(rest)} frames before and after {until:.1f} s; use a longer clip"
        )
    return replace(clip, moments=first), replace(clip, moments=rest)


def _silent(_: str) -> None:
    pass


def _made(
    path: Path,
    folder: Path,
    name: str,
    seen: SeenClip,
    photo: SeenPhoto,
    cut: Cut,
    landmarker: FaceLandmarker,
) -> tuple[float, list[str]]:
    """Make an avatar; returns the seconds and the report's lines."""
    paint_from = PAINT_FROM[name != "clip"]
    options = AvatarOptions("measured", preview=False, replace=True, paint_from=paint_from)
    began = time.perf_counter()
    report = avatar_from_photo(
        path, folder, options, landmarker, progress=_silent, seen=photo,
        clip=None if name == "frame" else seen,
    )  # fmt: skip
    return time.perf_counter() - began, [report.clip, report.painted]


def _judged(left: Clip, cut: Cut, avatar: Avatar, seen: SeenClip, size: int) -> list[_Judged]:
    kinds = kinds_of(left.moments, seen)
    chosen = {place for kind in kinds.T for place in _spread(np.flatnonzero(kind), _OF_KIND)}
    chosen |= set(_spread(np.arange(len(left.moments)), _OF_ALL))
    left = replace(left, moments=tuple(left.moments[place] for place in sorted(chosen)))
    frames = true_frames(left, cut, load_rig(avatar), size=size, most=len(left.moments))
    if len(frames) < 2:
        raise MeasureError(
            f"{left.path.name}: {len(frames)} frames are left to judge; use a longer or sharper clip"
        )
    moments = {one.time_s: one for one in left.moments}
    found = []
    for frame in frames:
        moment = moments[frame.time_s]
        points = (in_canvas(moment, cut).landmarks + 0.5) * size
        is_turned, is_shut, is_parted = (bool(one) for one in kinds_of([moment], seen)[0])
        found.append(
            _Judged(
                frame, frame.face, frame.face & ~_inner(points, size), frame.face & _box(points, _EYES, size),
                frame.face & _box(points, _LIPS, size), is_turned, is_shut, is_parted,
            )
        )  # fmt: skip
    return found


def kinds_of(moments: Sequence[Moment], seen: SeenClip) -> Mask:
    """(N, 3) whether a head is turned from the portrait's, an eye is shut, and lips are parted."""
    own = _way(seen.portrait)
    usual = [
        max(float(np.quantile([eye_opening_of(one, side) for one in seen.clip.moments], 0.7)), 1e-6)
        for side in (0, 1)
    ]
    return np.array(
        [
            (
                np.abs(_way(one) - own).max() >= TURNED_DEG,
                min(eye_opening_of(one, side) / usual[side] for side in (0, 1)) <= SHUT,
                one.lips_apart >= PARTED,
            )
            for one in moments
        ]
    )


def _way(moment: Moment) -> NDArray[np.float64]:
    pose = head_pose(moment.face.transform)
    return np.degrees([pose.yaw, pose.pitch])


def _spread(places: NDArray[np.int_], most: int) -> list[int]:
    if not len(places):
        return []
    return [int(places[k]) for k in np.linspace(0, len(places) - 1, min(most, len(places))).astype(int)]


def _row(name: str, seconds: float, drawn: Sequence[Picture], judged: Sequence[_Judged]) -> FromClipRow:
    def mean(mask: str, which: str = "") -> float:
        values = [
            psnr_db(picture, one.frame.picture, one.frame.known if mask == "known" else getattr(one, mask))
            for picture, one in zip(drawn, judged, strict=True)
            if not which or getattr(one, which)
        ]
        return float(np.nanmean(values)) if values and not np.isnan(values).all() else float("nan")

    return FromClipRow(
        made_from=name, seconds=seconds, frames=len(judged), face=mean("face"), square=mean("known"),
        eyes=mean("eyes"), mouth=mean("mouth"),
        sharp=float(np.mean([sharpness(p, one.frame.picture, one.face) for p, one in zip(drawn, judged, strict=True)])),
        turned=sum(one.is_turned for one in judged), turned_face=mean("face", "is_turned"),
        turned_rim=mean("rim", "is_turned"), shut=sum(one.is_shut for one in judged),
        shut_eyes=mean("eyes", "is_shut"), parted=sum(one.is_parted for one in judged),
        parted_mouth=mean("mouth", "is_parted"),
    )  # fmt: skip


def _inner(points: NDArray[np.float32], size: int) -> Mask:
    """(S, S) the face's outline drawn together to its middle: two thirds of it."""
    outline = points[list(FACE_OVAL)]
    middle = outline.mean(0)
    mask = np.zeros((size, size), np.uint8)
    cv2.fillPoly(mask, [np.round(middle + 0.67 * (outline - middle)).astype(np.int32)], 1)
    return mask > 0


def _box(points: NDArray[np.float32], which: Sequence[int], size: int) -> Mask:
    around = _AROUND * float(np.linalg.norm(points[33] - points[263]))
    (left, top), (right, bottom) = points[list(which)].min(0) - around, points[list(which)].max(0) + around
    y, x = np.ogrid[:size, :size]
    return np.asarray((x + 0.5 > left) & (x + 0.5 < right) & (y + 0.5 > top) & (y + 0.5 < bottom))


def _shown(judged: Sequence[_Judged]) -> list[int]:
    """Frames for a sheet: turned heads, shut eyes and parted lips first, then others."""
    kinds = [
        [k for k, one in enumerate(judged) if getattr(one, kind)]
        for kind in ("is_turned", "is_shut", "is_parted")
    ]
    places: list[int] = []
    for of_kind in (*kinds, list(range(len(judged)))):
        places += [k for k in _spread(np.array(of_kind, int), 2) if k not in places]
    return (places + [k for k in range(len(judged)) if k not in places])[: min(_SHOWN, len(judged))]
