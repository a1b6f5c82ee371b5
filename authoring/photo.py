"""Makes an avatar folder, with preview and report, from a picture file.

with FaceLandmarker(find_face_landmarker(None), video=False, num_faces=AT_ONCE) as landmarker:
    report = avatar_from_photo(Path("me.jpg"), Path("avatars/me"), options, landmarker, progress=print)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from authoring.avatar_engines import AVATAR_ENGINES
from authoring.fit.face_in_canvas import FaceInCanvas
from authoring.fit.head_fit import HeadFit
from authoring.make import canvas_picture, write_avatar
from authoring.mattes import MATTES
from authoring.paint_from import PAINT_FROM
from authoring.portrait.canvas import (
    CANVAS_PX,
    MARGIN,
    Canvas,
    Cut,
    check_cut,
    choose_cut,
    draw_canvas,
    extended_pixels,
)
from authoring.portrait.detect import choose_face, face_height, find_faces, overlap, upright_faces
from authoring.portrait.occluders import occluders
from authoring.portrait.parsing import INSTALLED, Parsed, open_parser
from authoring.portrait.portrait import Portrait, Region, load_portrait
from authoring.preview import draw_preview, draw_thumbnail, found_expression
from authoring.replace_folder import new_folder
from authoring.report import AvatarReport, folder_size
from face.avatar import RESTS, THUMBNAIL, Avatar, load_avatar
from face.camera import angles
from face.rig import load_rig
from inference.errors import InferenceError
from protocol.blendshapes import BLENDSHAPES
from protocol.channels import LAYER_SLICE
from protocol.file_names import text_of_name
from vision.landmark_file import read_landmarks
from vision.landmarker import FaceLandmarker, FaceObservation

if TYPE_CHECKING:
    from authoring.clip.seen_clip import SeenClip

STEPS: Final = 9  # calls of `progress`
REPORTED: Final = 0.15  # weaker shapes of the portrait's expression are not reported

# A warning is given
SMALL_FACE_PX: Final = 160  # for a lower face,
TURNED_DEG: Final = (22.0, 15.0)  # for a larger yaw or pitch,
LOOSE_FIT_PX: Final = 4.0  # for a larger landmark error,
UNLIKE_DB: Final = 26.0  # for a lower PSNR of the face,
CUT_OFF: Final = 0.12  # and when a larger share of the canvas lies outside the picture.


BY_COLOURS: Final = (
    "the person was cut out by colours alone, which is less exact at hair and shoulders; "
    "better: pip install 'omote[neural]'"
)


@dataclass(frozen=True, slots=True)
class AvatarOptions:
    """The user's choices.

    Attributes:
        name: the avatar's display name.
        background: "keep", "transparent" or "plate"; None is "transparent" for a picture with an alpha
            channel, "keep" for others.
        face: which of several faces, 1 is the leftmost; None if there is only one.
        replace: whether an existing avatar may be replaced.
        landmarks: a file of landmarks to use instead of detecting the face; see `vision.landmark_file`.
        cut: the square that the avatar shows, in pixels of `SeenPhoto.portrait`; None = around the face.
        rest, at_rest, compact: see `authoring.make.write_avatar`.
        preview: whether to draw the preview and the thumbnail, and to compare the face with the portrait, which takes
            more than a second.
        matte: how the person is cut out, one of MATTES.
        engine: the engine that the avatar is for, one of AVATAR_ENGINES. weights: the folder of that engine's networks,
            where they are others'; None = the usual places.
        paint_from: of a clip, one of PAINT_FROM: all of it, where the portrait shows badly; or the portrait alone.
        fit_minutes: how long the retouch network's code is fitted to the person of a clip at most; 0 = not.
    """

    name: str
    background: str | None = None
    face: int | None = None
    replace: bool = False
    landmarks: Path | None = None
    rest: str = RESTS[0]
    cut: Cut | None = None
    at_rest: bool = False
    compact: bool = False
    preview: bool = True
    matte: str = MATTES[0]
    engine: str = AVATAR_ENGINES[0]
    weights: Path | None = None
    fit_minutes: float = 0.0
    paint_from: str = PAINT_FROM[0]


@dataclass(frozen=True, slots=True, eq=False)
class SeenPhoto:
    """A picture file that was read, with the faces in it.

    Attributes:
        portrait: the picture, upright.
        faces: left to right, in its pixels.
        quarters: the quarter turns to the left that made it upright.
    """

    portrait: Portrait
    faces: list[FaceObservation]
    quarters: int


def see_photo(photo: Path, landmarker: FaceLandmarker, progress: Callable[[str], None]) -> SeenPhoto:
    """Read a picture and find the faces in it.

    Raises:
        PortraitError: it cannot be read, or is too small or too large.
    """
    progress("reading the portrait")
    portrait = load_portrait(photo)
    progress("looking for the face")
    faces, quarters = upright_faces(landmarker, portrait.shown)
    return SeenPhoto(portrait.turned(quarters), faces, quarters)


def avatar_from_photo(
    photo: Path,
    folder: Path,
    options: AvatarOptions,
    landmarker: FaceLandmarker | None,
    *,
    progress: Callable[[str], None],
    seen: SeenPhoto | None = None,
    clip: SeenClip | None = None,
) -> AvatarReport:
    """Make an avatar; the folder appears only when everything is done.

    Args:
        photo: the picture file.
        folder: the avatar's.
        options: the user's choices.
        landmarker: for single pictures, made for `authoring.portrait.detect.AT_ONCE` faces; None if the options name
            a file of landmarks.
        progress: called with the name of each step as it begins, STEPS times.
        seen: what `see_photo` found in the file, if it was looked at before; the first two steps are left out then.
        clip: the rest of the clip whose frame `seen` is; None: `photo` is a picture.

    Raises:
        AuthoringError: the picture, the face in it or the folder cannot be used.
        RuntimeFailure: OpenGL is not available.
    """
    began = time.monotonic()
    with new_folder(folder, replace=options.replace) as making:
        if landmarker is None:
            assert options.landmarks is not None
            seen = _by_landmarks(photo, options.landmarks, progress)
        elif seen is None:
            seen = see_photo(photo, landmarker, progress)
        portrait, quarters = seen.portrait, seen.quarters
        face = choose_face(seen.faces, options.face)
        height, width = portrait.rgb.shape[:2]
        face_px = face_height(face) / portrait.scale
        canvas, place, cut = _canvas(photo, seen, face, options.cut)
        placed = place if landmarker is None else _detect_again(landmarker, canvas, place)
        background = options.background or ("keep" if canvas.alpha is None else "transparent")
        parsed, notes = _parsed(canvas, placed, options.matte)
        others = None if clip is None else clip.others(cut, with_pictures=options.paint_from == PAINT_FROM[0])
        written = write_avatar(
            canvas,
            placed,
            making,
            name=options.name,
            background=background,
            progress=progress,
            rest=options.rest,
            at_rest=options.at_rest,
            compact=options.compact,
            parsed=parsed,
            others=others,
        )
        fit = written.fit
        if options.engine == "liveportrait":
            notes += _for_liveportrait(making, canvas, placed, options.weights, progress)
        fitted = ""
        if options.fit_minutes > 0.0 and clip is not None:
            fitted = _fitted(making, clip, cut, options.fit_minutes, progress)
        progress("drawing the preview")
        avatar = load_avatar(making)
        psnr_db = _write_preview(avatar, canvas, placed, making) if options.preview else float("nan")
        yaw, pitch, roll = (float(np.degrees(v)) for v in angles(fit.rotation))
        gaze = np.degrees(load_rig(avatar).portrait[LAYER_SLICE["gaze"]])
        report = AvatarReport(
            name=text_of_name(options.name),
            portrait=text_of_name(photo.name),
            portrait_px=(round(width / portrait.scale), round(height / portrait.scale)),
            face_px=face_px,
            landmark_error_px=fit.rms_px,
            pose_deg=(yaw, pitch, roll),
            gaze_deg=(float(gaze[0]), float(gaze[1])),
            expression=tuple(found_expression(fit.expression, REPORTED)),
            face_psnr_db=psnr_db,
            seconds=time.monotonic() - began,
            size_bytes=folder_size(making),
            warnings=(
                *occluders(canvas_picture(canvas), (placed.landmarks + 0.5) * CANVAS_PX),
                *_warnings(canvas, fit, face_px, psnr_db, quarters),
                *notes,
                *(() if clip is None else clip.notes),
            ),
            clip="" if clip is None else clip.line,
            painted=written.taken,
            fitted=fitted,
        )
        (making / "report.txt").write_text(report.text() + "\n", encoding="utf-8")
    return report


def _for_liveportrait(
    folder: Path, canvas: Canvas, face: FaceInCanvas, weights: Path | None, progress: Callable[[str], None]
) -> list[str]:
    """Add what LivePortrait needs; returns notes for the report."""
    from authoring.liveportrait.add import add_liveportrait
    from runtime.inference.liveportrait_network import find_liveportrait

    found = add_liveportrait(folder, canvas, face.landmarks, find_liveportrait(weights), progress=progress)
    if not found.guessed:
        return []
    return [
        f"LivePortrait showed no clear effect of {len(found.guessed)} of {len(found.guessed) + len(found.measured)} "
        f"coefficients, which are moved by a first guess or not at all: {', '.join(found.guessed)}"
    ]


def _fitted(folder: Path, clip: SeenClip, cut: Cut, minutes: float, progress: Callable[[str], None]) -> str:
    """Fit the retouch network's code to the person of a clip; returns a line for the report."""
    from authoring.clip.true_frames import true_frames
    from authoring.fit_to_clip import FRAMES, SIZE, fit_to_clip

    progress("fitting to the person: following the head through the clip")
    frames = true_frames(clip.clip, cut, load_rig(load_avatar(folder)), size=SIZE, most=FRAMES)
    return fit_to_clip(folder, frames, minutes=minutes, clock=time.monotonic, progress=progress)


def _write_preview(avatar: Avatar, canvas: Canvas, face: FaceInCanvas, folder: Path) -> float:
    """Write preview.png and the thumbnail; returns the PSNR of the face in dB."""
    sheet, psnr_db = draw_preview(avatar, canvas_picture(canvas), face.landmarks)
    done, encoded = cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    assert done
    (folder / "preview.png").write_bytes(encoded.tobytes())
    Image.fromarray(draw_thumbnail(avatar)).save(folder / THUMBNAIL)
    return psnr_db


def _observation_of(points: NDArray[np.float32]) -> FaceObservation:
    """An observation from landmarks (478, 2), pixels, with depth and blendshapes 0."""
    landmarks = np.concatenate([points, np.zeros((len(points), 1))], 1).astype(np.float32)
    return FaceObservation(landmarks, np.zeros(len(BLENDSHAPES), np.float32), np.eye(4, dtype=np.float32))


def _by_landmarks(photo: Path, landmarks: Path, progress: Callable[[str], None]) -> SeenPhoto:
    """Read a picture whose face's landmarks are known."""
    progress("reading the portrait")
    portrait = load_portrait(photo)
    progress("looking for the face")
    return SeenPhoto(portrait, [_observation_of(read_landmarks(landmarks) * portrait.scale)], 0)


def _canvas(
    photo: Path, seen: SeenPhoto, face: FaceObservation, wished: Cut | None
) -> tuple[Canvas, FaceInCanvas, Cut]:
    """Cut the head out, and where it was cut, in full resolution from the file if the portrait was scaled down."""
    portrait, quarters = seen.portrait, seen.quarters
    height, width = portrait.rgb.shape[:2]
    points = face.landmarks[:, :2]
    if wished is not None:
        check_cut(wished, points)
    cut = whole_cut = wished or choose_cut(points, width, height)
    on_canvas = FaceInCanvas(_picture_heights(cut.to_canvas(points)), face.blendshapes)
    if portrait.scale < 1 and cut.side < CANVAS_PX:
        reach = MARGIN * cut.side + 2
        left, top = max(cut.left - reach, 0), max(cut.top - reach, 0)
        right, bottom = min(cut.left + cut.side + reach, width), min(cut.top + cut.side + reach, height)
        region = (left / width, top / height, right / width, bottom / height)
        portrait = load_portrait(photo, _before_turns(region, quarters)).turned(quarters)
        gain = portrait.rgb.shape[1] / (right - left)
        cut = Cut((cut.left - left) * gain, (cut.top - top) * gain, cut.side * gain)
    return draw_canvas(portrait, cut), on_canvas, whole_cut


def _before_turns(region: Region, quarters: int) -> Region:
    """A region of a picture that was turned to the left, in coordinates of the picture before the turns."""
    for _ in range(quarters % 4):
        left, top, right, bottom = region
        region = (1 - bottom, left, 1 - top, right)
    return region


def _detect_again(landmarker: FaceLandmarker, canvas: Canvas, first: FaceInCanvas) -> FaceInCanvas:
    """Detect the face again on the canvas, where it is larger; the first detection if that fails."""
    faces = find_faces(landmarker, canvas_picture(canvas))
    seen = [FaceInCanvas(_picture_heights(face.landmarks[:, :2]), face.blendshapes) for face in faces]
    best = max(seen, key=lambda face: overlap(face.landmarks, first.landmarks), default=first)
    return best if overlap(best.landmarks, first.landmarks) > 0.5 else first


def _parsed(canvas: Canvas, face: FaceInCanvas, matte: str) -> tuple[Parsed | None, list[str]]:
    """The parts of a canvas, and notes for the report: what was done without, and why.

    Raises:
        ModelError, ProviderError: the parsing network is asked for and cannot be used.
    """
    if matte == "colours" or (canvas.alpha is not None and matte == "auto"):
        return None, []
    if find_spec("onnxruntime") is None and matte == "auto":
        return None, [BY_COLOURS] if INSTALLED.is_dir() else []
    try:
        parser = open_parser(INSTALLED if matte == "parsing" else None)
        if parser is None:
            return None, []
        return parser.parse(canvas.rgb, canvas.known, extended_pixels(face.landmarks)), []
    except InferenceError as error:
        if matte == "parsing":
            raise
        return None, [f"the person was cut out by colours alone: {error}"]


def _picture_heights(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Canvas pixels (N, 2) to picture heights (N, 2) from the canvas's centre."""
    return np.asarray(pixels / CANVAS_PX - 0.5, np.float32)


def _warnings(canvas: Canvas, fit: HeadFit, face_px: float, psnr_db: float, quarters: int) -> list[str]:
    """What will make the avatar look worse, and what to do."""
    yaw, pitch, _ = np.degrees(angles(fit.rotation))
    found = []
    if quarters:
        found.append(
            f"the picture was not upright and was turned by {90 * min(quarters, 4 - quarters)} degrees"
        )
    if face_px < SMALL_FACE_PX:
        found.append(
            f"the face is only {face_px:.0f} pixels high and will look soft; "
            f"{2 * SMALL_FACE_PX} or more are better"
        )
    if abs(yaw) > TURNED_DEG[0] or abs(pitch) > TURNED_DEG[1]:
        found.append(
            "the head is turned far, and its hidden side is invented; a portrait that looks into the camera "
            "is better"
        )
    if 1 - float(canvas.known.mean()) > CUT_OFF:
        found.append("the picture ends close to the head; the area beyond it is invented")
    if fit.rms_px > LOOSE_FIT_PX and not fit.is_drawn:  # the head is bent onto a drawn face
        found.append(f"the head fits the face loosely ({fit.rms_px:.1f} px); look at preview.png")
    if psnr_db < UNLIKE_DB:
        found.append(
            "the avatar differs from the portrait; is something in front of the face? See preview.png"
        )
    return found
