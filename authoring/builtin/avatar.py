"""Makes the drawn avatars: their portrait is drawn from the head model, then painted like any portrait.

    python -m authoring.builtin.avatar omote -o runtime/builtin/omote

Head, camera and the surfaces behind the face are known, so nothing is fitted or guessed.
"""

from __future__ import annotations

import argparse
import io
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from authoring.builtin.design import OMOTE, Design
from authoring.builtin.designs import DESIGNS
from authoring.builtin.head import BuiltinHead, build_head
from authoring.builtin.layers import (
    draw_back,
    draw_eye,
    draw_neck,
    draw_sheet,
    hair_and_clothes,
    with_lit_sides,
    with_one_outline,
)
from authoring.builtin.portrait import SCALE, backdrop, draw_portrait
from authoring.fit.head_fit import FOCAL, HeadFit
from authoring.fit.personal import PersonalHead
from authoring.fit.proportions import face_proportions
from authoring.make import COMPACT, COMPACT_QUALITY, PICTURES, portrait_motion, write_manifest
from authoring.paint.atlas import paint_face
from authoring.paint.lids import lid_closings
from authoring.paint.neck import build_neck
from authoring.paint.raster import Raster
from authoring.paint.sheet import build_sheets
from authoring.paint.surroundings import neck_sides, rasterise_face
from authoring.paint.visibility import eye_opening
from authoring.portrait.canvas import Canvas
from authoring.preview import draw_thumbnail
from face.avatar import THUMBNAIL, load_avatar
from face.camera import PortraitCamera
from face.rig import HeadRig, NeckMesh, no_teeth, save_rig, usual_mouth
from face.rig_schema import MOUTH_COLOURS
from protocol.blendshapes import INDEX

Floats = NDArray[np.float32]

BACKGROUND: Final = "plate"
BEHIND: Final = ("back", "plate")  # pictures that are hardly seen: they always lose a little
THROAT_SHADE: Final = 0.28  # of the model's throat beside the drawn one, as dark as that is behind the jaw
_MOUTH_TINT: Final = (1.00, 0.97, 0.94)
_LID_THICKNESS: Final = 0.16  # model units between an eyeball and a closed lid

_LID_FORWARD: Final = 0.16  # how far it is moved forward, model units


def make_builtin(folder: Path, design: Design = OMOTE, canvas: Canvas | None = None) -> None:
    """Draw everything and write the avatar folder.

    Args:
        folder: is made if missing.
        canvas: the portrait; None = draw it.
    """
    head = build_head(design)
    rig, pictures = build_avatar(head, draw_portrait(head, SCALE) if canvas is None else canvas)
    folder.mkdir(parents=True, exist_ok=True)
    for role in PICTURES:
        picture = encode_webp(pictures[role], is_lossless=design.is_lossless and role not in BEHIND)
        (folder / f"{role}{COMPACT}").write_bytes(picture)
    save_rig(rig, folder / "rig.npz")
    write_manifest(folder, name=design.name, background=BACKGROUND, suffix=COMPACT)
    Image.fromarray(draw_thumbnail(load_avatar(folder))).save(folder / THUMBNAIL, optimize=True)


def build_avatar(head: BuiltinHead, canvas: Canvas) -> tuple[HeadRig, dict[str, Floats]]:
    """Paint the avatar.

    Args:
        canvas: the portrait, with its alpha.

    Returns:
        The rig, and the pictures by role, (H, W, 3 or 4) float32 0..1 sRGB, straight alpha.
    """
    model, vertices = head.model, head.vertices
    matte = canvas.alpha
    assert matte is not None
    still = np.zeros(52, np.float32)
    fit = HeadFit(np.zeros(1, np.float32), still, np.eye(3, dtype=np.float32), head.translation, FOCAL, 0.0)
    person = PersonalHead(
        vertices,
        np.zeros(2, np.float32),
        head.eye_centres,
        np.full(2, head.design.head.iris_sine, np.float32),
    )
    with Raster() as raster:
        openings = [eye_opening(raster, model, fit, vertices, side) for side in (0, 1)]
        atlas = paint_face(raster, model, fit, vertices, canvas, matte, openings)
        atlas = with_lit_sides(head, raster, atlas)
        covered, depth, height = rasterise_face(raster, model, fit, vertices, atlas)
        lid_vertices, lid_closing = lid_closings(raster, model, fit, vertices)
    face = np.unique(model.triangles["face"])
    measured = face_proportions(model, vertices)
    # The built-in sheet was drawn for the height of the whole face, throat included.
    proportions = replace(measured, height=float(np.ptp(vertices[face, 1])))
    dressed = hair_and_clothes(head)
    neck = draw_neck(head, canvas, covered, dressed)
    front = draw_sheet(neck, dressed, canvas, covered, height, proportions)
    behind = draw_back(head)
    if (
        not head.design.hair.flat
    ):  # flat tones of front and back differ everywhere, and free locks have their own
        front, behind = with_one_outline(head, front, behind)
    pictures = {
        "face": np.dstack([atlas.rgb, atlas.alpha]),
        "sheet": front,
        "back": behind,
        "plate": backdrop(head.design),
    }
    shown = (pictures["sheet"][..., 3], pictures["back"][..., 3])
    sheet, back = build_sheets(model, fit, vertices, matte, depth, covered, shown)
    for side, word in enumerate(("left", "right")):
        pictures[f"sclera_{word}"], pictures[f"iris_{word}"] = draw_eye(head.design.eyes, side)
    skin = np.median(canvas.rgb[covered > 0.9], axis=0).astype(np.float32)
    sides = neck_sides(neck.rgb, neck.alpha, covered)
    throat = build_neck(model, fit, vertices, pictures["sheet"], sides, skin, jaw_shade=THROAT_SHADE)
    rig = HeadRig(
        model=model,
        camera=PortraitCamera(fit.focal, fit.rotation, fit.translation, model.pivot),
        neutral=vertices,
        eye_centres=person.eye_centres,
        iris_sine=person.iris_sine,
        lid_vertices=lid_vertices,
        lid_closing=_lids_over_eyeballs(head, lid_vertices, lid_closing),
        sheet=sheet,
        back=back,
        neck=_flat_neck(head.design, throat),
        mouth_colours=_mouth_colours(head.design),
        lid_paint=np.zeros((len(model.vertices), 4), np.float32),
        mouth_view=np.array([0.0, 0.0, 1.0], np.float32),
        teeth_places=no_teeth(len(model.vertices)),
        ink=np.zeros(4, np.float32),
        portrait=portrait_motion(fit, person),
    )
    return rig, pictures


def _lids_over_eyeballs(head: BuiltinHead, lid_vertices: NDArray[np.int32], closing: Floats) -> Floats:
    """Change lid movements (2, L, 3) so that the lids slide over the large eyeballs instead of through them."""
    lifted = closing.copy()
    for side, name in enumerate(("eyeBlinkLeft", "eyeBlinkRight")):
        used = lid_vertices[side]
        blink = head.model.expression[INDEX[name]][used]
        shut = head.vertices[used] + blink + closing[side]
        away = shut - head.eye_centres[side]
        radius = head.eye_radius + _LID_THICKNESS
        across = np.hypot(away[:, 0], away[:, 1])
        surface = np.sqrt(np.maximum(radius**2 - across**2, 0))
        # The closing just reaches the lower lid; of an eye this large, a turned head would show a gap below it.
        falls = np.clip(-blink[:, 1] / 0.25, 0, 1)
        lifted[side, :, 1] -= head.design.head.lid_overlap * falls
        lifted[side, :, 2] += (
            _LID_FORWARD * falls
        )  # in front of the lower lid, so that its lashes stay visible
        lifted[side, :, 2] += np.where(across < radius, np.maximum(surface - away[:, 2], 0), 0)
    return lifted


def _flat_neck(design: Design, neck: NeckMesh) -> NeckMesh:
    """Give the throat behind the jaw the darker tone of a face whose light is flat."""
    if not design.skin.flat:
        return neck
    opacity = neck.colours[:, 3:]
    dark = np.array(design.skin.tone, np.float32) * np.sqrt(np.array(design.skin.flat_shade, np.float32))
    return replace(neck, colours=np.concatenate([dark * opacity, opacity], 1).astype(np.float32))


def encode_webp(picture: Floats, *, is_lossless: bool = False) -> bytes:
    """Encode a small picture: an opaque alpha channel is dropped, and so are the colours of transparent pixels.

    Args:
        picture: (H, W, 3 or 4) float32 0..1 sRGB, straight alpha.
        is_lossless: visible pixels stay as they are; else colours lose a little.
    """
    file = io.BytesIO()
    values = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    if is_lossless and values.shape[2] == 4 and values[..., 3].min() == 255:
        values = np.ascontiguousarray(values[..., :3])
    quality = 100 if is_lossless else COMPACT_QUALITY  # of a lossless one: the effort
    Image.fromarray(values).save(file, "WEBP", lossless=is_lossless, quality=quality)
    return file.getvalue()


def _mouth_colours(design: Design) -> Floats:
    colours = usual_mouth(np.array(_MOUTH_TINT, np.float32))
    if design.teeth is not None:
        colours[MOUTH_COLOURS.index("teeth")] = design.teeth
    return colours


def main() -> None:
    """Parse the command line and make the avatar."""
    parser = argparse.ArgumentParser(prog="python -m authoring.builtin.avatar", description=__doc__)
    parser.add_argument("name", choices=DESIGNS, help="which of the designs")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="write it here")
    args = parser.parse_args()
    make_builtin(args.output, DESIGNS[args.name])


if __name__ == "__main__":
    main()
