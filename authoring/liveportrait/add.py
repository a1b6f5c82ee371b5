"""Adds to an avatar what LivePortrait needs of its portrait, and makes it an avatar of that engine.

add_liveportrait(folder, canvas, face, find_liveportrait(weights), progress=print)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.liveportrait.calibration import calibrate, find_anchor, turned_motions
from authoring.liveportrait.crop import cut_square, eye_openness, face_square, lip_openness
from authoring.liveportrait.portrait_reader import PortraitReader, SeenFace
from authoring.portrait.canvas import CANVAS_PX, Canvas
from authoring.portrait.portrait import over_tone
from face.avatar import MANIFEST, load_avatar
from face.liveportrait.control import head_rotation
from face.liveportrait.portrait_face import DRIVEN, FILE, ROLE, PortraitFace, save_face
from face.liveportrait.sliders import eye_points, first_guess
from face.motion import Motion
from face.rig import HeadRig, load_rig
from inference.errors import ModelError
from inference.weight_search import FoundWeights
from protocol.blendshapes import INDEX
from runtime.engines.head import HeadEngine

Floats = NDArray[np.float32]

ENGINE: Final = "liveportrait"
#: Calls of `progress`.
STEPS: Final = 2
DRAWN_PX: Final = 512
_TONE: Final = 128
#: Lips further apart than this share of the mouth's width are closed for a shut jaw.
_OPEN_LIPS: Final = 0.03


@dataclass(frozen=True, slots=True)
class Expressible:
    """What was found.

    Attributes:
        measured: coefficients whose effect was measured. guessed: those of which LivePortrait showed no clear effect,
            without the shapes of looking, which follow the gaze.
    """

    measured: tuple[str, ...]
    guessed: tuple[str, ...]


def add_liveportrait(
    folder: Path, canvas: Canvas, landmarks: Floats, found: FoundWeights, *, progress: Callable[[str], None]
) -> Expressible:
    """Read the portrait with F and M, calibrate, and write the file and the manifest.

    Args:
        folder: a complete avatar of the head engine.
        canvas: the portrait. landmarks: (478, 2) picture heights from the canvas's centre.
        found: LivePortrait's ONNX files.
        progress: called with the name of each step as it begins, STEPS times.

    Raises:
        ModelError, ProviderError: the networks cannot be run. RenderError: there is no OpenGL.
    """
    progress("reading the portrait with LivePortrait")
    reader = PortraitReader(found)
    rig = load_rig(load_avatar(folder))
    crop = face_square(landmarks)
    rgb = canvas.rgb if canvas.alpha is None else over_tone(canvas.rgb, canvas.alpha)
    picture = np.round(np.clip(rgb, 0, 1) * 255).astype(np.uint8)
    shown = cut_square(picture, len(picture) / CANVAS_PX, crop, reader.side)
    seen = reader.read(shown)
    if not np.isfinite(seen.expression).all() or not seen.scale[0] > 0.0:
        raise ModelError(
            f"{found.folder}: the motion network sees a face of the size {float(seen.scale[0]):g}, expected about 1 to 2; "
            "these are no weights for human faces"
        )
    progress("calibrating LivePortrait")
    measured = _measured(folder, rig, reader, seen, crop)
    deltas, r2, anchor = measured
    source = _keypoints(seen)
    deltas = _with_shut_eyes(deltas, reader, source, seen, landmarks, rig.portrait)
    save_face(
        PortraitFace(
            volume=reader.appearance(shown),
            keypoints=seen.keypoints,
            expression=seen.expression,
            angles_deg=seen.angles_deg,
            translation=seen.translation,
            scale=seen.scale,
            crop=crop,
            anchor=anchor,
            deltas=deltas,
            r2=r2,
            lips_met=_lips_met(reader, source, seen, landmarks),
        ),
        folder / FILE,
    )
    manifest = (folder / MANIFEST).read_text(encoding="utf-8")
    manifest = manifest.replace('engine = "head"', f'engine = "{ENGINE}"')
    (folder / MANIFEST).write_text(f'{manifest}{ROLE} = "{FILE}"\n', encoding="utf-8", newline="\n")
    good = r2 > 0.0
    return Expressible(
        tuple(name for name, is_good in zip(DRIVEN, good, strict=True) if is_good),
        tuple(
            name
            for name, is_good in zip(DRIVEN, good, strict=True)
            if not is_good and not name.startswith("eyeLook")
        ),
    )


def _measured(
    folder: Path,
    rig: HeadRig,
    reader: PortraitReader,
    seen: SeenFace,
    crop: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Deltas and R² of all coefficients (0 where the first guess stays), and the anchor."""
    engine = HeadEngine(DRAWN_PX)
    try:
        engine.set_avatar(load_avatar(folder))

        def draw(motion: Motion) -> NDArray[np.uint8]:
            pixels = engine.render(motion, 0.0).astype(np.uint16)
            alpha = pixels[..., 3:]
            flat = (pixels[..., :3] * alpha + _TONE * (255 - alpha)) // 255
            return cut_square(flat.astype(np.uint8), 1.0, crop, reader.side)

        found = calibrate(draw, reader.read, lambda _: None)
        turned = [
            (motion, reader.read(draw(motion)).translation[:2]) for motion in turned_motions(rig.portrait)
        ]
    finally:
        engine.close()
    guess = first_guess(seen.keypoints)
    deltas = found.over(guess)
    is_measured = np.array([not np.array_equal(a, b) for a, b in zip(deltas, guess, strict=True)])
    anchor = find_anchor(rig.camera, rig.portrait, seen.translation[:2], crop, turned)
    return deltas, np.where(is_measured, found.r2, 0.0).astype(np.float32), anchor


def _keypoints(seen: SeenFace) -> Floats:
    """The portrait's keypoints (K, 3) in the picture."""
    made = seen.scale[0] * (seen.keypoints @ head_rotation(seen.angles_deg) + seen.expression)
    made[:, :2] += seen.translation[:2]
    return np.asarray(made, np.float32)


def _with_shut_eyes(
    deltas: Floats,
    reader: PortraitReader,
    source: Floats,
    seen: SeenFace,
    landmarks: Floats,
    portrait: Floats,
) -> Floats:
    """Blinks by the eye network, if it is there: it shuts this portrait's eyes, however far they are open."""
    points = eye_points(seen.keypoints)
    left, right = eye_openness(landmarks)
    of_first, of_second = (left, right) if points[0][0] == 11 else (right, left)
    change = reader.retarget("stitching_eye.onnx", source, (of_first, of_second, 0.0))
    if change is None:
        return deltas
    change /= seen.scale[0]
    own = Motion.neutral()
    own.values[:] = portrait
    made = deltas.copy()
    for side, (upper, lower) in zip(("Left", "Right"), points, strict=True):
        blink = INDEX[f"eyeBlink{side}"]
        others = points[1 if side == "Left" else 0]
        share = np.full((len(change), 1), 0.5, np.float32)  # what both eyes need is done by both halves
        share[[upper, lower]], share[list(others)] = 1.0, 0.0
        made[blink] = change * share / max(1.0 - float(own.expression[blink]), 0.3)
    return made


def _lips_met(reader: PortraitReader, source: Floats, seen: SeenFace, landmarks: Floats) -> Floats:
    """What closes the portrait's lips, if they are open and the lip network is there."""
    openness = lip_openness(landmarks)
    change = None
    if openness > _OPEN_LIPS:
        change = reader.retarget("stitching_lip.onnx", source, (openness, 0.0))
    if change is None:
        return np.zeros_like(source)
    return np.asarray(change / seen.scale[0], np.float32)
