"""HeadRig: the geometry of one avatar, fitted by authoring and drawn by the `head` engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from face.array_file import read_arrays
from face.avatar import Avatar
from face.camera import PortraitCamera
from face.errors import AvatarError, RigSchemaError
from face.head_model import HeadModel, load_head_model
from face.rig_schema import check_rig
from protocol.channels import CHANNELS
from protocol.errors import FileError

Floats = NDArray[np.float32]
#: Of the file, and of its arrays unpacked; our avatars have 1 MB.
MAX_BYTES: Final = 64 * 1024 * 1024
#: In the order of MOUTH_COLOURS.
_USUAL_MOUTH: Final = (
    (0.42, 0.13, 0.13), (0.62, 0.29, 0.29), (0.86, 0.45, 0.45), (0.93, 0.90, 0.84), (0.0, 0.0, 0.0),
)  # fmt: skip
_NECK_FIELDS: Final = ("vertices", "follow", "colours", "triangles")
_SHEET_FIELDS: Final = ("vertices", "uv", "follow", "bound", "bound_share", "triangles")


@dataclass(frozen=True, slots=True, eq=False)
class SheetMesh:
    """A relief of the surroundings of the face: hair, ears, neck and shoulders, or the background.

    Attributes:
        vertices: (N, 3) float32 rest space. uv: (N, 2) 0..1 of the extended canvas, v down.
        follow: (N,) 0..1 share of the head's movement: 1 turns with the head, 0 stays with the body.
        bound: (N,) int32 head vertex whose movement by expressions it follows. bound_share: (N,) 0..1 share of it.
        triangles: (T, 3) int32.
    """

    vertices: Floats
    uv: Floats
    follow: Floats
    bound: NDArray[np.int32]
    bound_share: Floats
    triangles: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class NeckMesh:
    """The throat behind the jaw, which a turned head uncovers between ear, jaw and collar.

    Attributes:
        vertices: (N, 3) float32 rest space. follow: (N,) 0..1 share of the head's movement.
        colours: (N, 4) RGBA 0..1, premultiplied. triangles: (T, 3) int32.
    """

    vertices: Floats
    follow: Floats
    colours: Floats
    triangles: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class HeadRig:
    """The fixed geometry of an avatar's head.

    Attributes:
        model: the head model it is fitted to.
        camera: the camera of the portrait.
        neutral: (V, 3) float32 head space, without any expression.
        eye_centres: (2, 3) head space, subject's left then right. iris_sine: (2,) iris radius over eyeball radius.
        lid_vertices: (2, L) int32. lid_closing: (2, L, 3) their offsets at a full blink, added to the model's own,
            with which these lids close.
        sheet: hair, ears, neck and shoulders. back: the background behind the head. neck: the throat.
        mouth_colours: (5, 3) sRGB 0..1 of what lies inside the mouth; rows as in `face.rig_schema.MOUTH_COLOURS`.
        mouth_view: (3,) left, top and side of the picture of the portrait's own mouth, picture heights from the centre.
        teeth_places: (V, 2) where each vertex of the teeth lies in the mouth's picture, 0..1, v down, if that shows teeth
            of another frame, which stay on them in every expression; -1 for all others.
        lid_paint: (V, 4) straight sRGB 0..1 and opacity of the skin that is painted on the lids as they shut.
        ink: (4,) straight RGBA 0..1 of a drawing's outline where the face turns away; 0 for photographs.
        portrait: (CHANNELS,) the Motion with which the avatar looks like its portrait.
    """

    model: HeadModel
    camera: PortraitCamera
    neutral: Floats
    eye_centres: Floats
    iris_sine: Floats
    lid_vertices: NDArray[np.int32]
    lid_closing: Floats
    sheet: SheetMesh
    back: SheetMesh
    neck: NeckMesh
    mouth_colours: Floats
    lid_paint: Floats
    mouth_view: Floats
    teeth_places: Floats
    ink: Floats
    portrait: Floats


def usual_mouth(tint: Floats) -> Floats:
    """`HeadRig.mouth_colours` (5, 3) of a usual mouth in a light of the RGB factors (3,)."""
    return np.asarray(np.array(_USUAL_MOUTH, np.float32) * tint.astype(np.float32), np.float32)


def no_teeth(count: int) -> Floats:
    """`HeadRig.teeth_places` (V, 2) of a rig with so many vertices, without teeth of another frame."""
    return np.full((count, 2), -1.0, np.float32)


def save_rig(rig: HeadRig, path: Path) -> None:
    """Write a rig as npz, without pickles."""
    arrays: dict[str, Any] = {
        "focal": np.float32(rig.camera.focal),
        "rotation": rig.camera.rotation,
        "translation": rig.camera.translation,
        "pivot": rig.camera.pivot,
        "neutral": rig.neutral,
        "eye_centres": rig.eye_centres,
        "iris_sine": rig.iris_sine,
        "lid_vertices": rig.lid_vertices,
        "lid_closing": rig.lid_closing,
        "mouth_colours": rig.mouth_colours,
        "lid_paint": rig.lid_paint,
        "mouth_view": rig.mouth_view,
        "teeth_places": rig.teeth_places,
        "ink": rig.ink,
        "portrait": rig.portrait,
    }
    for name, mesh in (("sheet", rig.sheet), ("back", rig.back)):
        for field in _SHEET_FIELDS:
            arrays[f"{name}_{field}"] = getattr(mesh, field)
    for field in _NECK_FIELDS:
        arrays[f"neck_{field}"] = getattr(rig.neck, field)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def load_rig(avatar: Avatar) -> HeadRig:
    """Read an avatar's rig.

    Raises:
        AvatarError: the file is missing from the manifest, damaged, or made for another head model.
    """
    path = avatar.files.get("rig")
    if path is None:
        raise AvatarError(f"{avatar.path}: its manifest names no rig; make the avatar again")
    model = load_head_model()
    try:
        stored = read_arrays(path, max_bytes=MAX_BYTES, follow_links=False)
    except FileError as error:
        raise AvatarError(f"the rig is damaged ({error}); copy it again or make the avatar again") from error
    # older avatars have no outline, usual colours in a light of the mouth's own, and no paint on their lids
    stored.setdefault("ink", np.zeros(4, np.float32))
    stored.setdefault("mouth_view", np.array([0.0, 0.0, 1.0], np.float32))
    stored.setdefault("teeth_places", no_teeth(len(model.vertices)))
    stored.setdefault("lid_paint", np.zeros((len(model.vertices), 4), np.float32))
    tint = stored.pop("mouth_tint", None)
    if tint is not None and tint.shape == (3,) and tint.dtype.kind == "f":
        stored.setdefault("mouth_colours", usual_mouth(tint))
    for name, shape in (("neutral", model.vertices.shape), ("portrait", (len(CHANNELS),))):
        if name in stored and stored[name].ndim == len(shape) and stored[name].shape != shape:
            raise AvatarError(
                f"{path} was made for another head model ({name} has {len(stored[name])} rows, expected {shape[0]}); "
                "make the avatar again with this version"
            )
    try:
        arrays = check_rig(stored, model)
    except RigSchemaError as error:
        raise AvatarError(f"{path} is damaged ({error}); copy it again or make the avatar again") from error
    return HeadRig(
        model=model,
        camera=PortraitCamera(
            float(arrays["focal"]), arrays["rotation"], arrays["translation"], arrays["pivot"]
        ),
        neutral=arrays["neutral"],
        eye_centres=arrays["eye_centres"],
        iris_sine=arrays["iris_sine"],
        lid_vertices=arrays["lid_vertices"],
        lid_closing=arrays["lid_closing"],
        sheet=SheetMesh(**{field: arrays[f"sheet_{field}"] for field in _SHEET_FIELDS}),
        back=SheetMesh(**{field: arrays[f"back_{field}"] for field in _SHEET_FIELDS}),
        neck=NeckMesh(**{field: arrays[f"neck_{field}"] for field in _NECK_FIELDS}),
        mouth_colours=arrays["mouth_colours"],
        lid_paint=arrays["lid_paint"],
        mouth_view=arrays["mouth_view"],
        teeth_places=arrays["teeth_places"],
        ink=arrays["ink"],
        portrait=arrays["portrait"],
    )
