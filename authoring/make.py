"""Makes an avatar folder from a canvas and the landmarks of its face; shows every step in order.

fit = write_avatar(canvas, face, Path("avatars/me"), name="me", background="keep", progress=print)

`authoring.photo` makes the canvas from a picture file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np
import PIL.Image
from numpy.typing import NDArray

from authoring.clip.others import OtherMoments
from authoring.fit.clip_offsets import bend_to_clip, follow
from authoring.fit.face_in_canvas import FaceInCanvas
from authoring.fit.head_fit import HeadFit, fit_head
from authoring.fit.personal import PersonalHead, personalise
from authoring.fit.proportions import face_proportions
from authoring.fit.shut_lips import with_shut_lips, worn_mouth
from authoring.paint.atlas import FaceAtlas, paint_face
from authoring.paint.clip_views import ClipViews
from authoring.paint.eyes import paint_eye, with_iris_sizes
from authoring.paint.flat_fill import outline_ink
from authoring.paint.head_limits import head_limits
from authoring.paint.lid_paint import lid_paint
from authoring.paint.lid_picture import lid_picture
from authoring.paint.lids import lid_closings
from authoring.paint.mouth import lip_colours, mouth_colours, mouth_opening, own_mouth
from authoring.paint.neck import build_neck
from authoring.paint.raster import Raster
from authoring.paint.real_lids import real_lids
from authoring.paint.real_teeth import real_teeth
from authoring.paint.sheet import build_sheets
from authoring.paint.surroundings import (
    neck_sides,
    paint_back,
    paint_plate,
    paint_sheet,
    rasterise_face,
    rasterise_skull,
)
from authoring.paint.visibility import eye_opening
from authoring.portrait.canvas import CANVAS_PX, EXTENDED_PX, MARGIN, Canvas
from authoring.portrait.parsing import Parsed, open_parser
from authoring.portrait.portrait import over_tone
from authoring.portrait.separate import separate
from face.avatar import AVATAR_FORMAT, MANIFEST, RESTS
from face.camera import PortraitCamera, angles
from face.deform import with_lids
from face.head_model import HeadModel, load_head_model
from face.landmarks import FACE_OVAL, FIRST_IRIS, load_landmarks
from face.limits import Limits
from face.motion import NEUTRAL
from face.rig import HeadRig, no_teeth, save_rig
from protocol.channels import LAYER_SLICE
from protocol.toml_text import toml_string

Image = NDArray[np.float32]
Progress = Callable[[str], None]

#: File name suffixes of the pictures; PNG is lossless.
LOSSLESS, COMPACT = ".png", ".webp"
COMPACT_QUALITY: Final = 95  # of WebP's 100; WebP stores the alpha channel losslessly

#: Lips that are less apart in the portrait, pixels of the canvas, show less of the teeth than a clip does.
SLIT_PX: Final = 18.0

PICTURES: Final = ("face", "sheet", "back", "plate", "sclera_left", "sclera_right", "iris_left", "iris_right")


class Written(NamedTuple):
    """What became of a portrait.

    Attributes:
        fit: the head.
        taken: what was painted from other frames of a clip, for the user; empty: nothing.
    """

    fit: HeadFit
    taken: str


def write_avatar(
    canvas: Canvas,
    face: FaceInCanvas,
    folder: Path,
    *,
    name: str,
    background: str,
    progress: Progress,
    rest: str = RESTS[0],
    at_rest: bool = False,
    compact: bool = False,
    parsed: Parsed | None = None,
    others: OtherMoments | None = None,
) -> Written:
    """Fit the head, paint every texture and write the folder.

    Args:
        canvas: the portrait, cut and continued.
        face: the face in it.
        folder: is made if missing.
        name: the avatar's display name.
        background: of `face.avatar.BACKGROUNDS`.
        progress: called with the name of each step as it begins.
        rest: of `face.rest.RESTS`.
        at_rest: the face looks straight ahead without expression; see `fit_head`.
        compact: write pictures as WebP, a fifth as large, with hardly visible losses.
        parsed: the parts of the canvas; None: the person is separated from the background by colours alone.
        others: what other moments of a clip show of the person; None: there is one picture only.

    Raises:
        FaceError: the head cannot be fitted to the face.
    """
    model = load_head_model()
    progress("fitting the head")
    fit = fit_head(model, load_landmarks(), face.landmarks, face.blendshapes, at_rest=at_rest)
    bent = None
    if others is not None and not fit.is_drawn:
        progress("comparing the head with the whole clip")
        fits = follow(model, load_landmarks(), fit.identity, others.faces)
        bent = bend_to_clip(model, load_landmarks(), fit, face, list(zip(fits, others.faces, strict=True)))
    person = personalise(model, load_landmarks(), fit, face.landmarks, at_rest=at_rest, bent=bent)
    vertices = as_in_portrait(model, fit, person)
    if others is not None and others.shut_mouth is not None and not fit.is_drawn:
        [shut] = follow(model, load_landmarks(), fit.identity, [others.shut_mouth])
        calm = personalise(model, load_landmarks(), shut, others.shut_mouth.landmarks, bent=bent)
        person = replace(person, neutral=with_shut_lips(model, person.neutral, calm.neutral))
        fit = replace(fit, expression=worn_mouth(model, load_landmarks(), fit, face, person.neutral))
        vertices = as_in_portrait(model, fit, person)
    if fit.is_drawn:  # measure the error after the personal offsets, which bend the head
        fit = replace(fit, rms_px=_landmark_rms(fit, vertices, face.landmarks))
    views = None
    if others is not None and others.pictures is not None and not fit.is_drawn:
        parser = None if parsed is None else open_parser()
        views = ClipViews(model, load_landmarks(), person.neutral, others.pictures, parser)
    with Raster() as raster:
        progress("separating the person from the background")
        separated = separate(canvas, parsed, *expected_head(raster, model, fit, vertices))
        matte, whole, canvas = separated.alpha, canvas, separated.person
        progress("painting the face" if views is None else "painting the face from all of the clip")
        openings = [eye_opening(raster, model, fit, vertices, side) for side in (0, 1)]
        turned = () if views is None else views.turned()
        atlas = paint_face(raster, model, fit, vertices, canvas, matte, openings, turned)
        covered, depth, height = rasterise_face(raster, model, fit, vertices, atlas)
        limits = head_limits(raster, model, fit, vertices, atlas.seen, matte)
    progress("building hair, neck and shoulders")
    proportions = face_proportions(model, vertices)
    skin = np.median(canvas.rgb[covered > 0.9], axis=0).astype(np.float32)
    pictures = {
        "face": np.dstack([atlas.rgb, atlas.alpha]),
        "sheet": paint_sheet(canvas, matte, covered, height, proportions, is_drawn=fit.is_drawn),
        "back": paint_back(canvas, matte, covered, height, proportions, is_drawn=fit.is_drawn, parsed=parsed),
        "plate": paint_plate(whole, matte) if background != "plate" else _plain_backdrop(whole, matte),
    }
    shown = (pictures["sheet"][..., 3], pictures["back"][..., 3])
    sheet, back = build_sheets(model, fit, vertices, matte, depth, covered, shown)
    progress("painting the eyes")
    person = with_iris_sizes(model, fit, person, canvas, openings)
    for side, word in enumerate(("left", "right")):
        painted = paint_eye(model, fit, person, canvas, openings[side], side)
        pictures[f"sclera_{word}"], pictures[f"iris_{word}"] = painted
    lips = lip_colours(model, fit, vertices, canvas)
    lids_used = (0, 0)
    with Raster() as raster:
        opening = mouth_opening(raster, model, fit, vertices)
        lid_vertices, lid_closing = closing = lid_closings(raster, model, fit, person.neutral)
        if not fit.is_drawn:
            pictures["lids"] = lid_picture(raster, model, person.neutral, atlas, closing)
        if views is not None:
            pictures["lids"], lids_used = real_lids(
                raster, model, person.neutral, atlas, closing, pictures["lids"], views.shut(closing)
            )
    own = None if fit.is_drawn else own_mouth(canvas, opening)
    if own is not None:
        pictures["mouth"] = own[0]
    rig = HeadRig(
        model=model,
        camera=PortraitCamera(fit.focal, fit.rotation, fit.translation, model.pivot),
        neutral=person.neutral,
        eye_centres=person.eye_centres,
        iris_sine=person.iris_sine,
        lid_vertices=lid_vertices,
        lid_closing=lid_closing,
        sheet=sheet,
        back=back,
        neck=build_neck(
            model, fit, vertices, pictures["sheet"], neck_sides(canvas.rgb, matte, covered), skin
        ),
        mouth_colours=mouth_colours(canvas, covered, lips, pictures["sclera_left"]),
        mouth_view=np.array([0, 0, 1], np.float32) if own is None else own[1],
        teeth_places=no_teeth(len(model.vertices)),
        lid_paint=lid_paint(model, person.neutral, atlas, (lid_vertices, lid_closing), is_drawn=fit.is_drawn),
        ink=outline_ink(canvas.rgb, covered) if fit.is_drawn else np.zeros(4, np.float32),
        portrait=portrait_motion(fit, person),
    )
    taken = ""
    if views is not None:
        shows_mouth = own is not None and float(opening.sum(0).max()) >= SLIT_PX
        teeth = None
        if not shows_mouth:
            with Raster() as raster:
                teeth = real_teeth(raster, rig, views.parted(), skin)
        if teeth is not None:
            rig, pictures["mouth"] = teeth.rig, teeth.picture
        taken = views.described(atlas.used, lids_used, None if shows_mouth else teeth is not None)
    progress("writing the avatar")
    folder.mkdir(parents=True, exist_ok=True)
    kind = COMPACT if compact else LOSSLESS
    for role, picture in pictures.items():
        _write_picture(folder / f"{role}{kind}", picture)
    save_rig(rig, folder / "rig.npz")
    write_manifest(
        folder, name=name, background=background, suffix=kind, rest=rest, limits=limits, roles=tuple(pictures)
    )
    return Written(fit, taken)


def portrait_motion(fit: HeadFit, person: PersonalHead) -> Image:
    """The channels' values (CHANNELS,) float32 at which the avatar looks like its portrait."""
    values = NEUTRAL.copy()
    values[LAYER_SLICE["pose"]][:3] = angles(fit.rotation)
    values[LAYER_SLICE["expression"]] = fit.expression
    values[LAYER_SLICE["gaze"]] = person.gaze
    return values


def as_in_portrait(model: HeadModel, fit: HeadFit, person: PersonalHead) -> Image:
    """The head (V, 3) with the portrait's own expression and gaze, head space."""
    weights = with_lids(fit.expression, person.gaze, out=np.zeros(52, np.float32))
    return model.expressed(person.neutral, weights)


def expected_head(
    raster: Raster, model: HeadModel, fit: HeadFit, vertices: Image
) -> tuple[NDArray[np.bool_], Image]:
    """Where the fitted head (V, 3) lies in the canvas: (E, E) bool, the face; (E, E) float32, 1 in the bare head."""
    rough, _, _ = rasterise_face(raster, model, fit, vertices, _opaque())
    return rough > 0.5, rasterise_skull(raster, model, fit, vertices)


def _landmark_rms(fit: HeadFit, vertices: Image, landmarks: Image) -> float:
    """Landmark error of the head (V, 3) as in the portrait, pixels at 512, without the face's outline."""
    inner = np.setdiff1d(np.arange(FIRST_IRIS), FACE_OVAL)
    ours = fit.to_picture(fit.to_rest(load_landmarks().of(vertices)))
    return float(np.sqrt(np.mean(np.sum((ours - landmarks)[inner] ** 2, axis=1)))) * 512


def _opaque() -> FaceAtlas:
    """An atlas without transparency, for the rasteriser's first pass."""
    one = np.ones((64, 64), np.float32)
    return FaceAtlas(np.zeros((64, 64, 3), np.float32), one, one)


def _plain_backdrop(canvas: Canvas, matte: Image) -> Image:
    """A plain backdrop (E, E, 3) in the background's mean colour, lighter around the head."""
    weight = (matte < 0.03).astype(np.float32)
    tone = (canvas.rgb * weight[..., None]).sum((0, 1)) / max(float(weight.sum()), 1.0)
    line = np.linspace(-1, 1, EXTENDED_PX, dtype=np.float32)
    glow = np.exp(-(line[None, :] ** 2 + (line[:, None] + 0.15) ** 2) * 1.6)[..., None]
    return np.asarray(np.clip(tone * (0.7 + 0.45 * glow), 0, 1), np.float32)


def write_manifest(
    folder: Path,
    *,
    name: str,
    background: str,
    suffix: str,
    rest: str = RESTS[0],
    limits: Limits | None = None,
    roles: tuple[str, ...] = PICTURES,
) -> None:
    """Write an avatar's manifest.

    Args:
        folder: the avatar's.
        name: the avatar's display name.
        background: of `face.avatar.BACKGROUNDS`.
        suffix: of the pictures' file names.
        rest: of `face.rest.RESTS`.
        limits: as in `face.limits`; None = the head is not limited.
        roles: the pictures that it has.
    """
    lines = [
        f"format = {AVATAR_FORMAT}",
        f"name = {toml_string(name)}",
        'engine = "head"',
        f'background = "{background}"',
        f'rest = "{rest}"',
        "",
        *(
            ["[limits]", *(f"{key} = [{low:g}, {high:g}]" for key, (low, high) in limits.items()), ""]
            if limits
            else []
        ),
        "[files]",
        'rig = "rig.npz"',
        *(f'{role} = "{role}{suffix}"' for role in roles),
    ]
    (folder / MANIFEST).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _write_picture(path: Path, picture: Image) -> None:
    values = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    if path.suffix == COMPACT:
        PIL.Image.fromarray(values).save(path, quality=COMPACT_QUALITY)
        return
    order = cv2.COLOR_RGBA2BGRA if values.shape[2] == 4 else cv2.COLOR_RGB2BGR
    done, encoded = cv2.imencode(".png", cv2.cvtColor(values, order), [cv2.IMWRITE_PNG_COMPRESSION, 4])
    assert done
    path.write_bytes(encoded.tobytes())


def canvas_picture(canvas: Canvas) -> NDArray[np.uint8]:
    """The canvas as it is seen without its margin, (1024, 1024, 3) uint8 sRGB: what the avatar is compared with."""
    start = int(MARGIN * CANVAS_PX)
    inside = slice(start, start + CANVAS_PX)
    inner = canvas.rgb[inside, inside]
    if canvas.alpha is not None:
        inner = over_tone(inner, canvas.alpha[inside, inside])
    return np.round(np.clip(inner, 0, 1) * 255).astype(np.uint8)
