"""The ONNX graphs of a THA4 character: its face, its body's fields, and the picture that they make.

    graph = face_graph(weights, rows=8)        # a band of the face
    graph = body_graph(weights, side=128, rows=8)
    graph = picture_graph(size=512)
    graph = whole_graph(weights, size=512)     # everything, for a GPU

The same numbers as the original's, with less work: the pose is the same for all pixels, so what it adds is computed once
a frame; a 1 x 1 convolution and bilinear interpolation commute, so that each level's first convolution runs on the pixels
of the level below. Positions of rows are inputs: a graph of a few rows draws any band of the picture. And the body can be
computed on fewer pixels than it was trained for (`side`), because it is a function of the position.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.onnx_writer import GraphWriter
from runtime.tha.parameters import FACE_PARAMETERS, PARAMETERS
from runtime.tha.weights import BODY_WIDTHS, FACE_LAYERS, FACE_LEFT, FACE_PX, FACE_TOP, FIELDS, PICTURE_PX

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]

#: The first with GridSample is 16.
OPSET: Final = 17
#: Rows beside a band of the body's first level whose values its bilinear interpolation needs.
HALO: Final = 1
_SCALE: Final = 2 ** (len(BODY_WIDTHS) - 1)
_LEVELS: Final = len(BODY_WIDTHS)
#: Side of the coarse body that says how the fields of an earlier pose have moved, at the first level, and of its fields.
COARSE_PX: Final = 16
SHIFT_PX: Final = _SCALE * COARSE_PX
_SAMPLE: Final[dict[str, str | int]] = {"mode": "bilinear", "padding_mode": "border", "align_corners": 0}


def centres(count: int) -> Floats:
    """(count,) positions of the pixels' centres along a side, -1..1 from edge to edge."""
    made: Floats = ((2 * np.arange(count, dtype=np.float32) + 1) / count - 1).astype(np.float32)
    return made


def face_graph(weights: Weights, rows: int) -> bytes:
    """A band of the face.

    Inputs: pose (1, FACE_PARAMETERS), rows (1, 1, rows, 1) the positions of its rows.
    Output: face (1, 4, rows, FACE_PX), -1..1: linear light, premultiplied by the opacity, and the opacity.
    """
    graph = GraphWriter("face", opset=OPSET)
    pose, at = graph.input("pose", (1, FACE_PARAMETERS)), graph.input("rows", (1, 1, rows, 1))
    graph.output("face", _face(graph, weights, pose, at), (1, 4, rows, FACE_PX))
    return graph.model()


def body_graph(weights: Weights, side: int, rows: int) -> bytes:
    """A band of the body's fields.

    Inputs: pose (1, PARAMETERS); rows0, rows1, rows2 (1, 1, n, 1) the positions of its rows at each level: `rows` and one
    more at both ends, twice `rows` and one more at both ends, and four times `rows`. Outside the picture: the nearest's.
    Output: fields (1, FIELDS, 4 rows, 4 side).

    Args:
        side: columns of the first level; BODY_PX is what the network was trained for.
        rows: of the first level.
    """
    graph = GraphWriter("body", opset=OPSET)
    pose = graph.input("pose", (1, PARAMETERS))
    at = [graph.input(f"rows{k}", (1, 1, count, 1)) for k, count in enumerate(band_rows(rows))]
    graph.output("fields", _body(graph, weights, pose, at, side), (1, FIELDS, _SCALE * rows, _SCALE * side))
    return graph.model()


def band_rows(rows: int) -> tuple[int, ...]:
    """Rows that each level computes for a band of so many rows of the first level."""
    return tuple(2**k * rows + (2 * HALO if k < _LEVELS - 1 else 0) for k in range(_LEVELS))


def band_positions(side: int, first: int, rows: int) -> list[Floats]:
    """The positions of a band's rows at each level, as `body_graph` takes them.

    Args:
        first: the band's first row at the first level, whose picture has `side` rows.
    """
    made = []
    for k, count in enumerate(band_rows(rows)):
        halo = (count - 2**k * rows) // 2
        places = np.clip(np.arange(count) + 2**k * first - halo, 0, 2**k * side - 1)
        made.append(centres(2**k * side)[places].reshape(1, 1, count, 1))
    return made


def picture_graph(size: int) -> bytes:
    """The picture that a face and a body's fields make, which may be of an earlier pose.

    Inputs: fields (1, FIELDS, P, P), P = PICTURE_PX; canvas (1, 5, P, P) the character's picture with the face in it, and
    how far each pixel has changed since the fields were computed, 0..1; shift (1, 2, SHIFT_PX, SHIFT_PX) how far off the
    fields of each place are to be taken, in positions; matrix (1, 6) positions in the frame to positions on the canvas:
    x = m0 u + m1 v + m2, y = m3 u + m4 v + m5.
    Output: picture (1, 4, size, size), 0..1: linear light, premultiplied, and the opacity.
    """
    graph = GraphWriter("picture", opset=OPSET)
    side = PICTURE_PX
    inputs = _Inputs(
        fields=graph.input("fields", (1, FIELDS, side, side)),
        canvas=graph.input("canvas", (1, 5, side, side)),
        matrix=graph.input("matrix", (1, 6)),
        shift=graph.input("shift", (1, 2, SHIFT_PX, SHIFT_PX)),
    )
    graph.output("picture", _picture(graph, inputs, size), (1, 4, size, size))
    return graph.model()


def whole_graph(weights: Weights, size: int) -> bytes:
    """All of it in one graph, as trained.

    Inputs: pose (1, PARAMETERS); drawing (1, 4, P, P) the character's picture, -1..1, with zeros where the face is; matrix
    as of `picture_graph`. Output: picture, as of `picture_graph`.
    """
    graph = GraphWriter("whole", opset=OPSET)
    pose, drawing = (
        graph.input("pose", (1, PARAMETERS)),
        graph.input("drawing", (1, 4, PICTURE_PX, PICTURE_PX)),
    )
    matrix = graph.input("matrix", (1, 6))
    of_face = graph.node(
        "Slice", pose, *(graph.constant([n]) for n in (0, FACE_PARAMETERS, 1))
    )  # the axis is 1
    face_rows = graph.constant(centres(FACE_PX).reshape(1, 1, FACE_PX, 1))
    face = _face(graph, weights, of_face, face_rows)
    below, right = PICTURE_PX - FACE_TOP - FACE_PX, PICTURE_PX - FACE_LEFT - FACE_PX
    pads = graph.constant([0, 0, FACE_TOP, FACE_LEFT, 0, 0, below, right])
    canvas = graph.node("Add", drawing, graph.node("Pad", face, pads))
    side = PICTURE_PX // _SCALE
    at = [graph.constant(rows) for rows in band_positions(side, 0, side)]
    fields = _body(graph, weights, pose, at, side)
    inputs = _Inputs(fields, canvas, matrix)
    graph.output("picture", _picture(graph, inputs, size), (1, 4, size, size))
    return graph.model()


def _face(graph: GraphWriter, weights: Weights, pose: str, rows: str) -> str:
    made = _first(graph, weights, "face.0", _Place(FACE_PX, pose, rows))
    for k in range(1, FACE_LAYERS):
        made = graph.node("Sin", _conv(graph, weights, f"face.{k}", made))
    return _conv(graph, weights, "face.out", made)


def _body(graph: GraphWriter, weights: Weights, pose: str, at: list[str], side: int) -> str:
    made = ""
    for level, rows in enumerate(at):
        name = f"body.{level}"
        # of twice the rows below, those at both ends lack a neighbour to be interpolated with, or are not wanted
        cut = HALO if level < _LEVELS - 1 else 2 * HALO
        made = _first(graph, weights, f"{name}.0", _Place(2**level * side, pose, rows, cut), made)
        for k in (1, 2):
            made = graph.node("Sin", _conv(graph, weights, f"{name}.{k}", made))
    return _conv(graph, weights, "body.out", made)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a level is computed: its columns, the names of the pose and of its rows' positions, and how many rows of the
    level below are cut off at each end."""

    columns: int
    pose: str
    rows: str
    cut: int = 0


def _first(graph: GraphWriter, weights: Weights, name: str, place: _Place, below: str = "") -> str:
    """A level's first sine layer: from the position, the pose and the level below, which has half the pixels."""
    position = weights[f"{name}.position"]
    out = len(position)
    # (1, out) of the whole frame, then (1, out, rows, 1) of each row and (1, out, 1, columns) of each column
    of_pose = graph.node(
        "Gemm", place.pose, graph.constant(weights[f"{name}.pose"]), graph.constant(weights[f"{name}.bias"]),
        transB=1,
    )  # fmt: skip
    of_pose = graph.node("Reshape", of_pose, graph.constant([1, out, 1, 1]))
    of_row = graph.node("Mul", place.rows, graph.constant(position[:, 1].reshape(1, out, 1, 1)))
    of_row = graph.node("Add", of_row, of_pose)
    columns = position[:, 0].reshape(out, 1) * centres(place.columns)
    of_column = graph.constant(columns.reshape(1, out, 1, place.columns).astype(np.float32))
    if not below:
        return graph.node("Sin", graph.node("Add", of_row, of_column))
    made = graph.node("Conv", below, graph.constant(_kernel(weights[f"{name}.below"])), kernel_shape=[1, 1])
    made = graph.node(
        "Resize", made, "", graph.constant([1.0, 1.0, 2.0, 2.0]),
        mode="linear", coordinate_transformation_mode="half_pixel",
    )  # fmt: skip
    made = graph.node("Slice", made, *(graph.constant([n]) for n in (place.cut, -place.cut, 2)))
    return graph.node("Sin", graph.node("Add", graph.node("Add", made, of_column), of_row))


def _conv(graph: GraphWriter, weights: Weights, name: str, into: str) -> str:
    kernel, bias = graph.constant(_kernel(weights[f"{name}.weight"])), graph.constant(weights[f"{name}.bias"])
    return graph.node("Conv", into, kernel, bias, kernel_shape=[1, 1])


def _kernel(weight: Floats) -> Floats:
    return weight.reshape(*weight.shape, 1, 1)


@dataclass(frozen=True, slots=True)
class _Inputs:
    """Names of what a picture is made of; as in `picture_graph`. Without a shift, the canvas has four channels."""

    fields: str
    canvas: str
    matrix: str
    shift: str = ""


def _picture(graph: GraphWriter, inputs: _Inputs, size: int) -> str:
    """Sample the fields where each pixel of the frame lies, then the canvas where the fields say."""
    u, v = (graph.constant(centres(size).reshape(shape)) for shape in ((1, 1, size), (1, size, 1)))
    axes = []
    for row in (0, 3):  # (1, size, size) of x, and of y
        m = [_part(graph, inputs.matrix, row + k) for k in range(3)]
        across = graph.node("Add", graph.node("Mul", m[0], u), m[2])
        axes.append(graph.node("Add", across, graph.node("Mul", m[1], v)))
    last = graph.constant([-1])
    grid = graph.node("Concat", *(graph.node("Unsqueeze", one, last) for one in axes), axis=3)
    if inputs.shift:
        shift = graph.node("GridSample", inputs.shift, grid, **_SAMPLE)
        grid = graph.node("Add", grid, graph.node("Transpose", shift, perm=[0, 2, 3, 1]))
    here = graph.node("GridSample", inputs.fields, grid, **_SAMPLE)
    change, alpha, colour = (_channels(graph, here, *ends) for ends in ((0, 2), (2, 3), (3, FIELDS)))
    moved = graph.node("Add", grid, graph.node("Transpose", change, perm=[0, 2, 3, 1]))
    drawn = graph.node("GridSample", inputs.canvas, moved, **_SAMPLE)
    low, high = graph.constant(0.0), graph.constant(1.0)
    if inputs.shift:
        drawn, changed = (_channels(graph, drawn, *ends) for ends in ((0, 4), (4, 5)))
        alpha = graph.node("Mul", alpha, graph.node("Sub", high, changed))
    made = graph.node("Add", drawn, graph.node("Mul", alpha, graph.node("Sub", colour, drawn)))
    half = graph.constant(0.5)
    made = graph.node("Clip", graph.node("Add", graph.node("Mul", made, half), half), low, high)
    # outside the canvas there is nothing: an edge of one pixel of the canvas, whose half is outside
    steep = graph.constant(PICTURE_PX / 2)
    for one in axes:
        inside = graph.node("Mul", graph.node("Sub", high, graph.node("Abs", one)), steep)
        inside = graph.node("Clip", graph.node("Add", inside, half), low, high)
        made = graph.node("Mul", made, graph.node("Unsqueeze", inside, graph.constant([1])))
    return made


def _part(graph: GraphWriter, matrix: str, place: int) -> str:
    """One number of the matrix, (1, 1)."""
    return graph.node("Slice", matrix, *(graph.constant([n]) for n in (place, place + 1, 1)))


def _channels(graph: GraphWriter, fields: str, first: int, end: int) -> str:
    return graph.node("Slice", fields, *(graph.constant([n]) for n in (first, end, 1)))
