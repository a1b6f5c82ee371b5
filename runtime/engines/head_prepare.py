"""The work on an avatar that needs no graphics context: its files become the arrays that `LoadedHead` uploads.

arrays = prepare_head(load_avatar(Path("avatars/me")), size=512)
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from face.avatar import Avatar
from face.deform import deform_basis, with_lids
from face.errors import AvatarError
from face.lid_places import lid_places
from face.mouth import MOUTH_PARTS, has_own_teeth, mouth_places, mouth_tints
from face.normals import vertex_normals
from face.regions import lip_vertices
from face.rig import HeadRig, SheetMesh, load_rig
from face.rig_schema import MOUTH_COLOURS
from face.textures import load_picture
from inference.errors import ModelError, ProviderError
from protocol.channels import LAYER_SLICE
from runtime.engines.hair_outline import fading_normals, hair_share, hair_softness
from runtime.engines.head_outline import outline_mask, smooth_normals
from runtime.engines.lash_line import lash_line
from runtime.engines.lip_slit import slit_vertices
from runtime.engines.openings import opening_vertices
from runtime.engines.personal_skin import personal_skin
from runtime.engines.triangle_order import back_to_front, front_to_back, outwards
from runtime.engines.wrinkle_shade import wrinkle_arrays
from runtime.inference.personal_model import load_personal_model
from runtime.inference.retouch_model import installed_model

#: Share of an extended picture's side that lies around the canvas; must match authoring/portrait/canvas.py MARGIN.
MARGIN_SHARE: Final = 0.1
TEXTURES: Final = (
    "face",
    "sheet",
    "back",
    "sclera_left",
    "sclera_right",
    "iris_left",
    "iris_right",
    "mouth",
    "lids",
)
#: Pictures that an avatar may lack: nothing is seen there.
OPTIONAL: Final = ("mouth", "lids")
#: Largest textures of a frame of 1024 pixels or more, and of eyes.
MAX_TEXTURE: Final = 2048
MAX_EYE_TEXTURE: Final = 1024
CELLS: Final = 32  # across the picture of shut eyes, in which its triangles are looked for

Arrays = dict[str, NDArray[Any]]


def prepare_head(avatar: Avatar, size: int) -> Arrays:
    """Read and check an avatar's files, and compute everything that stays fixed.

    Args:
        avatar: a checked folder.
        size: side of the frames, pixels.

    Returns:
        `texture_ROLE` (S, S, 4) uint8 premultiplied, bottom row first, for every role of TEXTURES; `plate`
        (size, size, 4) uint8, top row first, unless the background is transparent;
        `NAME_fixed` (N, k) float32 and `NAME_triangles` (T, 3) int32 of the meshes sheet, back, neck, face, mouth, lids;
        `sheet_vertices`, `back_vertices` (N, 3) and `sheet_normals`, `back_normals` (N, 3), outwards,
        as long as `fading_normals` makes them; `sheet_bound` (N,) int32, `sheet_bound_share` (N, 1);
        `eyeball_left_triangles`, `eyeball_right_triangles`; `neutral` (V, 3); `moving` (M,) int32 and `basis`
        (54, 3 M) of `FaceDeformer`, (54 + R, 3 M) with `code_weight` (R, 52) and `code_bias` (R,) if the avatar has a skin
        of its own; those of `wrinkle_arrays` if the avatar has wrinkles;
        `focal` (), `rotation` (3, 3), `translation` (3,), `pivot` (3,) of the camera;
        `lips` (L,) int64, vertices; `slit` (4,) int32 of `slit_vertices`; `lip_flesh` (3,);
        `own_teeth` () 1 if the mouth's picture shows teeth that stay on them, else 0;
        `openings` (3, K) int32 of `opening_vertices`;
        `eye_centres` (2, 3), `eye_swell` (2,), `iris_sine` (2,), `ink` (4,); `portrait` (CHANNELS,) the Motion of the
        portrait. Floats are float32.

    Raises:
        AvatarError: a file of the avatar is damaged or does not fit.
    """
    rig = load_rig(avatar)
    arrays: Arrays = {
        f"texture_{role}": np.ascontiguousarray(_picture(avatar, role, size)[::-1]) for role in TEXTURES
    }
    if avatar.background != "transparent":
        arrays["plate"] = plate_picture(avatar, size)
    turning = rig.sheet.uv[rig.sheet.follow > 0.99, 1]
    lowest = float(turning.max()) if len(turning) else 0.0
    whole_at = hair_softness(arrays["texture_sheet"][::-1, :, 3], lowest)
    arrays |= (
        _sheet("sheet", rig, rig.sheet, 1.0, whole_at)
        | _sheet("back", rig, rig.back, -1.0, whole_at)
        | _face(rig)
        | _mouth(rig)
        | _lids(rig, arrays["texture_lids"])
    )
    moving, basis = deform_basis(rig)
    own: Arrays = {}
    if avatar.personal > 0.0:
        own = _personal(rig, avatar, moving, basis)
    arrays |= {
        "sheet_bound": rig.sheet.bound,
        "sheet_bound_share": rig.sheet.bound_share[:, None],
        "neck_fixed": np.concatenate([rig.neck.vertices, rig.neck.follow[:, None], rig.neck.colours], 1),
        "neck_triangles": rig.neck.triangles,
        "eyeball_left_triangles": _eyeball(rig, "eyeball_left", 0),
        "eyeball_right_triangles": _eyeball(rig, "eyeball_right", 1),
        "neutral": rig.neutral,
        "moving": moving,
        "basis": basis,
        "focal": np.array(rig.camera.focal, np.float32),
        "rotation": rig.camera.rotation,
        "translation": rig.camera.translation,
        "pivot": rig.camera.pivot,
        "eye_centres": rig.eye_centres,
        "lips": lip_vertices(rig.model),
        "slit": slit_vertices(rig.model),
        "openings": opening_vertices(rig.model),
        "own_teeth": np.array(has_own_teeth(rig), np.float32),
        "lip_flesh": rig.mouth_colours[MOUTH_COLOURS.index("gums")],
        "eye_swell": eye_swell(rig),
        "iris_sine": rig.iris_sine,
        "ink": rig.ink,
        "portrait": rig.portrait,
    }
    arrays |= own
    if avatar.wrinkles > 0.0:
        arrays |= wrinkle_arrays(rig, arrays["texture_face"], avatar.wrinkles)
    return {name: np.ascontiguousarray(values).reshape(values.shape) for name, values in arrays.items()}


def _personal(rig: HeadRig, avatar: Avatar, moving: NDArray[np.int32], basis: NDArray[np.float32]) -> Arrays:
    """What changes for an avatar with a skin of its own; in its portrait's expression nothing moves."""
    try:
        model = load_personal_model(installed_model("personal"))
        skin = personal_skin(rig, model, strength=avatar.personal, age=avatar.wrinkles)
    except (ModelError, ProviderError) as error:
        raise AvatarError(f"{avatar.path}: personal is {avatar.personal}, but {error}") from error
    at_rest = skin.offsets(shown_shapes(rig))
    sheet = rig.sheet
    bound = at_rest[sheet.bound] * sheet.bound_share[:, None]
    return {
        "neutral": rig.neutral - at_rest,
        "basis": skin.added_to(moving, basis),
        "code_weight": skin.codes.weight,
        "code_bias": skin.codes.bias,
        "sheet_vertices": sheet.vertices - bound @ rig.camera.rotation.T,
    }


def shown_shapes(rig: HeadRig) -> NDArray[np.float32]:
    """The weights (52,) of the shapes with which a rig looks like its portrait."""
    expression, gaze = (rig.portrait[LAYER_SLICE[layer]] for layer in ("expression", "gaze"))
    return with_lids(expression, gaze, out=np.zeros(len(expression), np.float32))


def _picture(avatar: Avatar, role: str, size: int) -> NDArray[np.uint8]:
    if role in OPTIONAL and role not in avatar.files:
        return np.zeros((1, 1, 4), np.uint8)
    return load_picture(avatar, role, texture_side(role, size))


def texture_side(role: str, size: int) -> int:
    """Largest side of a texture, near the size it is drawn at: faster to sample, and no aliasing without mip maps.

    Args:
        role: its name in the manifest.
        size: side of the frames, pixels.
    """
    if role in ("sheet", "back"):
        return int(size * 1.25) if size < 1024 else MAX_TEXTURE
    if role == "face":
        return min(1024, size)
    return MAX_EYE_TEXTURE


def plate_picture(avatar: Avatar, size: int) -> NDArray[np.uint8]:
    """The background (size, size, 4) in the frame's size: copying it is faster than drawing it.

    Raises:
        AvatarError: its file is damaged.
    """
    picture = load_picture(avatar, "plate", None)
    side = len(picture)
    edge = round(side * MARGIN_SHARE)
    inner = Image.fromarray(picture[edge : side - edge, edge : side - edge])
    return np.asarray(inner.resize((size, size), Image.Resampling.BOX))


def _sheet(name: str, rig: HeadRig, sheet: SheetMesh, outwards: float, whole_at: float) -> Arrays:
    """`outwards`: 1 = the outer side is in front, -1 = behind. `whole_at`: from `hair_softness`."""
    uv = np.stack([sheet.uv[:, 0], 1 - sheet.uv[:, 1]], 1).astype(np.float32)
    return {
        f"{name}_vertices": sheet.vertices,
        f"{name}_fixed": np.concatenate([uv, sheet.follow[:, None]], 1).astype(np.float32),
        f"{name}_normals": fading_normals(
            outwards * vertex_normals(sheet.vertices, sheet.triangles), hair_share(rig, sheet), whole_at
        ),
        f"{name}_triangles": back_to_front(sheet.vertices, sheet.triangles),
    }


def _face(rig: HeadRig) -> Arrays:
    triangles = rig.model.triangles["face"]
    # by depth alone: soft lids and the eye's corner behind them show a nose's side of another order
    triangles = triangles[np.argsort(rig.neutral[triangles][:, :, 2].mean(1), kind="stable")]
    normals = vertex_normals(rig.neutral, triangles)
    mask = outline_mask(rig)
    # an outline of every bump would be wavy, an inked one short strokes; lids and lips are thin, and stay as they are
    smooth = smooth_normals(normals, triangles)
    share = mask[:, 1:] if rig.ink[3] == 0 else np.ones((len(normals), 1), np.float32)
    normals = normals + (smooth - normals) * share
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
    fixed = np.concatenate([rig.model.uv, normals, mask], 1).astype(np.float32)
    return {"face_fixed": fixed, "face_triangles": triangles}


def _lids(rig: HeadRig, picture: NDArray[np.uint8]) -> Arrays:
    """The part of the face that is painted as the lids shut: with a picture of them, or else with a colour a vertex.

    Args:
        picture: (S, S, 4) of shut eyes, bottom row first.
    """
    triangles = rig.model.triangles["face"]
    side = (rig.neutral[:, :1] < 0).astype(np.float32)
    places = lid_places(rig.model, rig.neutral, rig.lid_vertices, rig.lid_closing)
    paint, painted, placed = rig.lid_paint, rig.lid_paint[:, 3] > 0, np.ones(len(triangles), bool)
    if picture[..., 3].any():
        # what reaches from one eye's half into the other's, or out of them, would be drawn across the picture
        placed = (places[triangles, 0] >= 0).all(1) & (np.ptp(side[triangles, 0], axis=1) == 0)
        painted = painted | _near_paint(picture[::-1, :, 3], places)
        paint = paint * np.array([1, 1, 1, 0], np.float32)
    uv = np.stack([places[:, 0], 1 - places[:, 1]], 1)
    return {
        "lids_fixed": np.concatenate([paint, side, lash_line(rig), uv], 1).astype(np.float32),
        "lids_triangles": triangles[painted[triangles].any(1) & placed],
    }


def _near_paint(opacity: NDArray[np.uint8], places: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(V,) whether a picture (S, S) is not transparent around each place (V, 2), 0..1, v down."""
    side = len(opacity)
    cells = min(CELLS, side)
    begins = np.arange(cells) * side // cells  # also of a side that is no multiple of the cells
    marks = np.zeros((cells + 2, cells + 2), bool)
    marks[1:-1, 1:-1] = np.maximum.reduceat(np.maximum.reduceat(opacity, begins, axis=0), begins, axis=1) > 0
    for axis in (0, 1):
        marks |= np.roll(marks, 1, axis) | np.roll(marks, -1, axis)
    inside = ((places >= 0) & (places < 1)).all(1)
    x, y = (np.clip(places[:, k] * cells, 0, cells - 1).astype(int) + 1 for k in (0, 1))
    return np.asarray(inside & marks[y, x])


def _mouth(rig: HeadRig) -> Arrays:
    uv = mouth_places(rig)
    uv[:, 1] = 1 - uv[:, 1]
    return {
        "mouth_fixed": np.concatenate([mouth_tints(rig), uv], 1).astype(np.float32),
        "mouth_triangles": front_to_back(rig.neutral, rig.model.part(*MOUTH_PARTS)),
    }


def _eyeball(rig: HeadRig, part: str, side: int) -> NDArray[np.int32]:
    """An eyeball's triangles (T, 3): the model's layers of it lie on one surface, some of them inside out."""
    return outwards(rig.neutral, rig.model.triangles[part], rig.eye_centres[side])


def eye_swell(rig: HeadRig) -> NDArray[np.float32]:
    """(2,) how much larger each eyeball would have to be to fill its lids; 1 = it does.

    Those of people lie within the ball. Drawn eyes are larger than theirs: seen from aside, their corners would be holes.
    """
    swell = np.ones(2, np.float32)
    for side, (loop, part) in enumerate(zip(rig.model.lids, ("eyeball_left", "eyeball_right"), strict=True)):
        lids, ball = (
            np.linalg.norm(rig.neutral[places] - rig.eye_centres[side], axis=1).max()
            for places in (np.concatenate([loop.upper, loop.lower]), rig.model.triangles[part].ravel())
        )
        swell[side] = max(1.0, lids / ball)
    return swell
