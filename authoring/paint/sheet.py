"""Builds the sheet: a relief of hair, ears, neck and shoulders around the face, and the back of the hair behind it.

Every point of the person outside the face gets a depth: the fitted head's at the face's rim, the head's middle at the
outline of the hair, and between them a smooth surface that keeps outside the skull. Above the chin the relief turns
with the head; the rotation fades out towards the shoulders. The back is hair behind the skull, which a turn uncovers.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.fit.head_fit import HeadFit
from authoring.fit.proportions import face_proportions
from authoring.paint.hair_shell import fitted_skull, hair_shell
from authoring.portrait.canvas import CANVAS_PX, EXTENDED_PX, extended_pixels, picture_coordinates
from face.easing import ease_in_out, smoothstep
from face.head_model import HeadModel
from face.rig import SheetMesh

GRID: Final = 80  # cells across the extended canvas
FIELD: Final = 4 * GRID  # side of the fields, pixels
BEYOND: Final = (
    14  # cells added below and beside the canvas, for shoulders that move and a camera that moves back
)
SKULL_DEPTH: Final = 8.5  # of the front half of a head's hair, model units
BACK_SHARE: Final = 0.75  # depth of the back half against the front's
NAPE_SHARE: Final = 0.3  # depth of the back at the neck against that of the head
FULLNESS: Final = 1.35  # curvature of the front's hair against the bare head's
#: How gently hair rises at its outline, 0 = as an ellipsoid; where it is steep the picture is stretched by a turn.
RIM: Final = 0.35
Field = NDArray[np.float32]


def build_sheets(
    model: HeadModel,
    fit: HeadFit,
    vertices: NDArray[np.float32],
    matte: Field,
    head_depth: Field,
    face: Field,
    painted: tuple[Field, Field],
) -> tuple[SheetMesh, SheetMesh]:
    """Build the front and the back relief.

    Args:
        vertices: (V, 3) float32, the head as in the portrait, head space.
        matte: (E, E) float32, person 0..1.
        head_depth: (E, E) float32, rest-space z of the face, 0 where none.
        face: (E, E) float32, opacity of the face that is drawn over the sheet.
        painted: (E, E) opacity of the front's and of the back's picture; transparent areas get no mesh.
    """
    person = _small(matte) > 0.35
    inside = _small(face) > 0.5
    geometry = _Geometry(model, fit, vertices)
    front, back_depth, middle = _relief(geometry, person, inside, _small_depth(head_depth))
    follow = _follow(geometry, middle)
    bound, share = _binding(model, fit, vertices, inside)
    # A jaw that opens moves before the neck and the hair beside it, which stay.
    mouth, tall = geometry.proportions.mouth, geometry.proportions.height
    share = share * smoothstep(mouth - 0.12 * tall, mouth + 0.04 * tall, geometry.head(middle)[..., 1])
    front_shown, back_shown = (_small(alpha) > 0.004 for alpha in painted)
    cells = _cells(cv2.dilate(front_shown.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    behind = back_shown & (follow > 0.55)
    back_cells = _cells(cv2.dilate(behind.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    return (
        _mesh(fit, front, follow, bound, share, cells, extend=True),
        _mesh(fit, back_depth, follow, bound, share * 0, back_cells, extend=False),
    )


def _small(field: Field) -> Field:
    return np.asarray(cv2.resize(field, (FIELD, FIELD), interpolation=cv2.INTER_AREA), np.float32)


def _small_depth(depth: Field) -> Field:
    """Mean depth of the pixels that have one, 0 where too few have."""
    total = cv2.resize(depth, (FIELD, FIELD), interpolation=cv2.INTER_AREA)
    share = cv2.resize((depth != 0).astype(np.float32), (FIELD, FIELD), interpolation=cv2.INTER_AREA)
    return np.where(share > 0.2, total / np.maximum(share, 1e-3), 0).astype(np.float32)


class _Geometry:
    """Proportions and depths of the fitted head from which the relief is built."""

    def __init__(self, model: HeadModel, fit: HeadFit, vertices: NDArray[np.float32]) -> None:
        self.fit = fit
        self.pivot = fit.to_rest(model.pivot[None])[0]
        self.proportions = face_proportions(model, vertices)
        self.skull = fitted_skull(model, vertices)
        self.centre_z = float(fit.to_rest(np.array([[0.0, *self.skull.centre]], np.float32))[0, 2])
        neck = np.unique(model.triangles["ears_and_neck"])
        front_of_neck = neck[
            (np.abs(vertices[neck, 0]) < 1.5) & (vertices[neck, 1] < self.proportions.chin - 2.0)
        ]
        self.neck_z = (
            float(fit.to_rest(vertices[front_of_neck])[:, 2].max())
            if len(front_of_neck)
            else float(self.pivot[2] + 4)
        )
        rows, columns = np.mgrid[0:FIELD, 0:FIELD].astype(np.float32)
        scale = EXTENDED_PX / FIELD
        pixels = np.stack([(columns + 0.5) * scale, (rows + 0.5) * scale], -1).reshape(-1, 2)
        self.picture = picture_coordinates(pixels)
        scalp = vertices[np.unique(model.part("face", "scalp"))]
        wide, high = (float(half) for half in np.ptp(scalp[:, :2], axis=0) / 2)
        step = float(-self.pivot[2]) / fit.focal * (EXTENDED_PX / CANVAS_PX) / FIELD
        self.roundness = _roundness(wide, high, step)

    def rest(self, depth: Field) -> NDArray[np.float32]:
        """Rest positions (FIELD, FIELD, 3) of the field's pixels at a depth."""
        z = depth.reshape(-1)
        across = self.picture * (-z / self.fit.focal)[:, None]
        return np.stack([across[:, 0], -across[:, 1], z], 1).reshape(FIELD, FIELD, 3).astype(np.float32)

    def head(self, depth: Field) -> NDArray[np.float32]:
        """Head-space positions (FIELD, FIELD, 3)."""
        return np.asarray((self.rest(depth) - self.fit.translation) @ self.fit.rotation, np.float32)


def _relief(
    geometry: _Geometry, person: NDArray[np.bool_], inside: NDArray[np.bool_], model_depth: Field
) -> tuple[Field, Field, Field]:
    """Rest-space z (FIELD, FIELD) of the front, of the back, and of the middle layer, which contains the outline.

    Hair is round: it rises steeply from the outline, as an ellipsoid does, whose front turns into the face's rim.
    """
    chin, tall = geometry.proportions.chin, geometry.proportions.height
    flat = np.full(person.shape, geometry.pivot[2] - 0.5, np.float32)
    height = geometry.head(flat)[..., 1]
    nape = geometry.proportions.mouth  # a head is shallow there
    # Above the ears, which stand behind the middle of the skull and lie at the sides of a face, flatter than an ellipsoid.
    crown = smoothstep(nape + 0.32 * tall, nape + 0.55 * tall, height)
    middle = flat + (geometry.centre_z - flat) * crown
    head_share = np.clip((height - (chin - 0.25 * tall)) / (0.35 * tall), 0, 1)
    # Above the mouth the relief starts at the depth of the face's rim. Below, the rim is the edge of the jaw, and the
    # relief is the neck, well behind it.
    drawn = inside & (model_depth < 0)
    face_height = np.where(drawn, geometry.head(np.where(drawn, model_depth, middle))[..., 1], height)
    upper = face_height > geometry.proportions.mouth + 0.12 * tall
    outside = ~person
    fixed = np.zeros(person.shape, np.float32)
    known = outside.copy()
    known[drawn & upper] = True
    fixed[drawn & upper] = (model_depth - middle)[drawn & upper] - 0.12
    neck = cv2.erode((inside & ~upper).astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    known[neck] = True
    fixed[neck] = geometry.neck_z - middle[neck] - 0.4
    fixed[outside] = 0
    source = (geometry.roundness * (0.35 + 0.65 * head_share)).astype(np.float32)
    front = _thickness(_solve_poisson(_steep(fixed), known, FULLNESS * source))
    back = _thickness(_solve_poisson(np.zeros_like(fixed), outside, source)).clip(0.0, SKULL_DEPTH)
    whole = smoothstep(nape - 0.3 * tall, nape + 0.5 * tall, height)
    back *= BACK_SHARE * (NAPE_SHARE + (1 - NAPE_SHARE) * whole)
    # No hair lies inside the skull: where the head is that of the model, hair is at least a shell around it, which
    # begins at the face's rim.
    skull = smoothstep(nape - 0.1 * tall, nape + 0.3 * tall, height)
    hair, behind = hair_shell(geometry.skull, geometry.head(middle), person)
    rim = drawn & upper
    less = np.where(rim, fixed - hair, 0).astype(np.float32)
    hair += _solve_poisson(less, rim | outside, np.zeros_like(less))
    front = np.where(rim, front, front + crown * np.maximum(hair - front, 0))
    back += skull * np.maximum(behind - back, 0)
    return (
        (middle + front.clip(-1.0, 14.0)).astype(np.float32),
        (middle - back).astype(np.float32),
        middle,
    )


def _roundness(wide: float, high: float, step: float) -> float:
    """What `_steep` of an ellipsoid exceeds the mean of its four neighbours by.

    Args:
        wide, high: its half width and half height, model units.
        step: model units from one pixel to the next.
    """
    # (1 + 2 RIM) (1 - x²/wide² - y²/high²), which `_steep` of the ellipsoid is in its middle and at its outline, has this
    # Laplacian; the neighbours' mean is a quarter of it away.
    return (1 + 2 * RIM) * 2 * (1 / wide**2 + 1 / high**2) * step**2 / 4


def _steep(thickness: Field) -> Field:
    """The quantity that is smooth where a thickness (S, S), model units, rises from an outline like an ellipsoid's."""
    share = np.maximum(thickness / SKULL_DEPTH, -0.9 * RIM) + RIM
    return np.asarray(share**2 - RIM**2, np.float32)


def _thickness(steep: Field) -> Field:
    """The inverse of `_steep`."""
    return np.asarray(SKULL_DEPTH * (np.sqrt(np.maximum(steep + RIM**2, 0)) - RIM), np.float32)


def _solve_poisson(fixed: Field, known: NDArray[np.bool_], source: Field) -> Field:
    """Solve the Poisson equation approximately, coarse to fine, by 60 Jacobi iterations on each level.

    Args:
        fixed: (S, S) values where `known`.
        known: (S, S) where the value is fixed.
        source: (S, S) what each value exceeds the mean of its four neighbours by.

    Returns:
        (S, S) float32.
    """
    size = fixed.shape[0]
    if size <= 20:
        value = np.where(known, fixed, 0).astype(np.float32)
    else:
        half = (size // 2, size // 2)
        weight = cv2.resize(known.astype(np.float32), half, interpolation=cv2.INTER_AREA)
        mean = cv2.resize(np.where(known, fixed, 0).astype(np.float32), half, interpolation=cv2.INTER_AREA)
        coarse = _solve_poisson(
            (mean / np.maximum(weight, 1e-6)).astype(np.float32), weight > 0.3, source[::2, ::2] * 4
        )
        value = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_LINEAR)
        value = np.where(known, fixed, value).astype(np.float32)
    kernel = np.array([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]], np.float32)
    for _ in range(60):
        mean = cv2.filter2D(value, -1, kernel, borderType=cv2.BORDER_REPLICATE) + source
        value = np.where(known, fixed, mean).astype(np.float32)
    return value


def _follow(geometry: _Geometry, middle: Field) -> Field:
    """(FIELD, FIELD) how much the relief turns with the head: 1 above the chin, falling to 0 at the shoulders."""
    height = geometry.head(middle)[..., 1]
    chin, tall = geometry.proportions.chin, geometry.proportions.height
    share = np.clip((height - (chin - 0.5 * tall)) / (0.62 * tall), 0, 1)
    return np.asarray(ease_in_out(share), np.float32)


def _binding(
    model: HeadModel, fit: HeadFit, vertices: NDArray[np.float32], inside: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], Field]:
    """Nearest face vertex (FIELD, FIELD), and the share of its movement that is copied: 1 at the rim, 0 far away."""
    face = np.unique(model.triangles["face"])
    points = extended_pixels(fit.to_picture(fit.to_rest(vertices[face]))) * (FIELD / EXTENDED_PX)
    marks = np.ones((FIELD, FIELD), np.uint8)
    at = np.clip(points.astype(int), 0, FIELD - 1)
    marks[at[:, 1], at[:, 0]] = 0
    owner = np.zeros((FIELD, FIELD), np.int32)
    owner[at[:, 1], at[:, 0]] = face
    distance, labels = cv2.distanceTransformWithLabels(marks, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    by_label = np.zeros(labels.max() + 1, np.int32)
    by_label[labels[at[:, 1], at[:, 0]]] = owner[at[:, 1], at[:, 0]]
    outside = np.where(inside, 0, distance)
    return by_label[labels], np.exp(-((outside / (0.03 * FIELD)) ** 2)).astype(np.float32)


def _cells(wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(GRID, GRID) the cells with any wanted pixel of (FIELD, FIELD)."""
    step = FIELD // GRID
    return np.asarray(wanted.reshape(GRID, step, GRID, step).any((1, 3)))


def _mesh(
    fit: HeadFit,
    depth: Field,
    follow: Field,
    bound: NDArray[np.int32],
    share: Field,
    cells: NDArray[np.bool_],
    *,
    extend: bool,
) -> SheetMesh:
    """Sample the fields at the grid's corners and keep the wanted cells."""
    beyond = BEYOND if extend else 0
    cells = np.pad(
        cells, ((0, beyond), (beyond, beyond)), mode="edge"
    )  # the picture's border is repeated there
    wide = GRID + 2 * beyond + 1
    columns, rows = np.meshgrid(np.arange(wide) - beyond, np.arange(GRID + beyond + 1))
    cell = EXTENDED_PX / GRID
    pixels = np.stack([columns * cell, rows * cell], -1).astype(np.float32).reshape(-1, 2)
    sample = (np.clip(pixels, 0, EXTENDED_PX) * (FIELD / EXTENDED_PX) - 0.5).astype(np.float32)

    def at(field: Field) -> NDArray[np.float32]:
        values = cv2.remap(
            field, sample[:, :1], sample[:, 1:], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(values.reshape(-1), np.float32)

    z = at(depth)
    across = picture_coordinates(pixels) * (-z / fit.focal)[:, None]
    nearest = np.clip(sample.round().astype(int), 0, FIELD - 1)
    corner = (np.argwhere(cells) @ np.array([wide, 1])).astype(np.int32)
    triangles = np.concatenate(
        [
            np.stack([corner, corner + wide, corner + 1], 1),
            np.stack([corner + 1, corner + wide, corner + wide + 1], 1),
        ]
    )
    used, compact = np.unique(triangles, return_inverse=True)
    return SheetMesh(
        vertices=np.stack([across[:, 0], -across[:, 1], z], 1).astype(np.float32)[used],
        uv=np.clip(pixels / EXTENDED_PX, 0, 1)[used],
        follow=at(follow)[used],
        bound=bound[nearest[:, 1], nearest[:, 0]][used].astype(np.int32),
        bound_share=at(share)[used],
        triangles=compact.reshape(-1, 3).astype(np.int32),
    )
