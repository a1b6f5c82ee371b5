"""M for narrow networks, not trained: the tracker that comes with Omote reads the face; its landmarks are the keypoints.

data = motion_graph()            # motion_extractor.onnx: img -> pitch, yaw, roll, t, exp, scale, kp

The tracker reads crops that landmarks place. The first crops lie where a portrait's face usually is in its square; each
reading places the next. Then x = s (k R + e) + t is split: k is the mean head's, R the tracker's, s and t follow by least
squares, and e is the rest. An M of the published form, with few channels, stayed at the mean face in the time there was.
"""

from __future__ import annotations

from functools import cache
from math import pi
from typing import Any, Final

import numpy as np
import onnx
import torch
from torch import Tensor, nn
from torch.nn import functional

from bridge.trackers.tracker_network import TRACKER_FILE, installed_tracker, load_tracker_model
from face.head_model import load_head_model
from face.landmarks import load_landmarks
from networks.tracker import rotation_of
from training.narrow_liveportrait.keypoints import LANDMARKS, SIZE
from training.onnx_graph import onnx_graph
from vision.face_crops import ANCHORS, CORNERS, EYE, EYE_PX, FACE, FACE_PX, MOUTH, MOUTH_PX, NOSE_END, PLACES
from vision.tracker_outputs import REST

#: Side of the pictures that M reads, pixels: LivePortrait's.
MOTION_PX: Final = 256
#: How often the tracker looks; each time but the first where it found the face before.
_LOOKS: Final = 3
#: Where the root of the nose lies in a portrait's square, -1..1, and a unit of the mean face: means of the studio's people.
_FIRST: Final = (0.0, -0.0245, 0.0586, 0.0)
#: Places of the eyes and of the nose's end on the mean face, left and right eye: x to the subject's left, y up.
_FIRST_PLACES: Final = ((3.16, -0.34), (-3.16, -0.34), (0.0, -4.87))
_COUNT: Final = 478


@cache
def mean_shape() -> Tensor:
    """(K, 3) the keypoints of the mean head, of the size of `keypoints`; x right, y down, z away from the camera."""
    places = load_landmarks().of(load_head_model().vertices)[list(LANDMARKS)]
    shape = (places - places.mean(0)) * np.array([1.0, -1.0, -1.0])
    return torch.tensor(shape * (SIZE / shape.std()), dtype=torch.float32)


class Crops(nn.Module):
    """Where landmarks say that the face is, and the crops there; see `vision.face_crops`.

    A frame (1, 4) is x, y of the root of the nose, -1..1 in the picture, and a unit of the mean face times cosine and
    sine of its tilt.
    """

    def __init__(self) -> None:
        super().__init__()
        of = torch.tensor(PLACES, dtype=torch.float32)
        self.register_buffer("middle", of.mean(0))
        self.register_buffer("of", of - of.mean(0))

    def forward(self, img: Tensor, frame: Tensor, landmarks: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(1, 3, S, S), the frame and landmarks (1, 956) of the reading before -> face, eyes, mouth, frame."""
        points = landmark_points(frame, landmarks)
        up = points[list(ANCHORS)] * torch.tensor([1.0, -1.0])
        at = up - up.mean(0)
        size = (self.of**2).sum()
        a = (at * self.of).sum() / size
        b = (at[:, 1] * self.of[:, 0] - at[:, 0] * self.of[:, 1]).sum() / size
        turned = torch.stack([a, b])[None]
        root = up.mean(0) - _turned(self.middle[None], turned)[0]
        made = torch.cat([root * torch.tensor([1.0, -1.0]), turned[0]])[None]
        placed = torch.stack([points[list(pair)].mean(0) for pair in CORNERS] + [points[NOSE_END]])
        return (*cut(img, made, _places(made, placed)), made)


class FirstCrops(nn.Module):
    """The crops of a face that nobody has seen yet."""

    def forward(self, img: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(1, 3, S, S) -> as `Crops`."""
        frame = torch.tensor([_FIRST])
        return (*cut(img, frame, torch.tensor(_FIRST_PLACES)), frame + 0.0 * img.mean())


class Keypoints(nn.Module):
    """What M says, of what the tracker read last."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("shape", mean_shape())

    def forward(self, frame: Tensor, landmarks: Tensor, turn: Tensor) -> tuple[Tensor, ...]:
        """-> pitch, yaw, roll (1, 1) degrees, t (1, 3), exp (1, 63), scale (1, 1), kp (1, 63)."""
        cos, sin = (frame[0, k] / frame[0, 2:].square().sum().sqrt() for k in (2, 3))
        nil, one = torch.zeros_like(cos), torch.ones_like(cos)
        tilt = torch.stack([cos, -sin, nil, sin, cos, nil, nil, nil, one]).reshape(3, 3)
        flip = torch.tensor([1.0, -1.0, -1.0])
        rotation = (tilt @ _first_rotation(turn)) * flip * flip[:, None]  # LivePortrait's axes, for columns
        pitch = torch.atan(rotation[2, 1] / rotation[2, 2])
        yaw = -torch.asin(rotation[2, 0].clamp(-1.0, 1.0))
        roll = torch.atan(rotation[1, 0] / rotation[0, 0])
        turned = (self.shape @ rotation.T)[:, :2]
        wanted = landmark_points(frame, landmarks)[list(LANDMARKS)]
        middle, mean = turned.mean(0), wanted.mean(0)
        own, seen = turned - middle, wanted - mean
        scale = (own * seen).sum() / own.square().sum()
        place = mean - scale * middle
        expression = (wanted - place) / scale - turned
        flat = torch.cat([expression, torch.zeros_like(expression[:, :1])], 1).reshape(1, -1)
        angles = ((180.0 / pi * angle).reshape(1, 1) for angle in (pitch, yaw, roll))
        return (
            *angles,
            torch.cat([place, place[:1] * 0.0])[None],
            flat,
            scale.reshape(1, 1),
            self.shape.reshape(1, -1) + 0.0 * flat,
        )


def landmark_points(frame: Tensor, landmarks: Tensor) -> Tensor:
    """(478, 2) of the picture, -1..1, y down, of landmarks (1, 956) in the face's crop."""
    (x, y), width = FACE
    places = landmarks.reshape(_COUNT, 2) * torch.tensor([width / 2, -width / 2]) + torch.tensor([x, y])
    return _in_picture(frame, places)


def cut(img: Tensor, frame: Tensor, places: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The crops of face, eyes and mouth.

    Args:
        places: (3, 2) of the left eye, the right eye and the nose's end on the mean face.
    """
    face = _crop(img, frame, torch.tensor(FACE[0]), FACE[1], (FACE_PX, FACE_PX))
    side = torch.tensor([[EYE[0][0], EYE[0][1]], [-EYE[0][0], EYE[0][1]]]) + places[:2]
    left = _crop(img, frame, side[0], EYE[1], (EYE_PX, EYE_PX))
    right = _crop(img, frame, side[1], EYE[1], (EYE_PX, EYE_PX), mirror=-1.0)
    mouth = _crop(img, frame, places[2] + torch.tensor(MOUTH[0]), MOUTH[1], MOUTH_PX)
    return face, torch.cat([left, right]), mouth


def _crop(
    img: Tensor, frame: Tensor, centre: Tensor, width: float, size: tuple[int, int], *, mirror: float = 1.0
) -> Tensor:
    rows, columns = size
    step = width / columns
    across = (torch.arange(columns, dtype=torch.float32) - (columns - 1) / 2) * (step * mirror)
    down = ((rows - 1) / 2 - torch.arange(rows, dtype=torch.float32)) * step
    shape = (rows, columns)
    places = torch.stack([across.expand(shape), down[:, None].expand(shape)], -1) + centre
    grid = _in_picture(frame, places.reshape(-1, 2)).reshape(1, rows, columns, 2)
    return functional.grid_sample(img, grid, padding_mode="border", align_corners=False)


def _turned(places: Tensor, turned: Tensor) -> Tensor:
    """Places (N, 2), x left and y up, by unit times cosine and sine (1, 2) of the tilt."""
    a, b = turned[0, 0], turned[0, 1]
    return torch.stack([a * places[:, 0] - b * places[:, 1], b * places[:, 0] + a * places[:, 1]], 1)


def _in_picture(frame: Tensor, places: Tensor) -> Tensor:
    """Places (N, 2) on the mean face to the picture, -1..1, y down."""
    return frame[0, :2] + _turned(places, frame[:, 2:]) * torch.tensor([1.0, -1.0])


def _places(frame: Tensor, points: Tensor) -> Tensor:
    """The inverse of `_in_picture`."""
    away = (points - frame[0, :2]) * torch.tensor([1.0, -1.0])
    a, b = frame[0, 2], frame[0, 3]
    size = a * a + b * b
    return torch.stack(
        [(a * away[:, 0] + b * away[:, 1]) / size, (a * away[:, 1] - b * away[:, 0]) / size], 1
    )


def _first_rotation(turn: Tensor) -> Tensor:
    made: Tensor = rotation_of(turn)[0]
    return made


def motion_graph() -> bytes:
    """M as an ONNX graph.

    Raises:
        ModelError: the tracker's network is missing or damaged.
    """
    of_tracker = onnx.load_model_from_string(_tracker()).graph
    img = torch.zeros(1, 3, MOTION_PX, MOTION_PX)
    frame, landmarks, turn = (
        torch.tensor([_FIRST]),
        torch.zeros(1, 2 * _COUNT),
        torch.eye(3)[:, :2].T.reshape(1, 6),
    )
    crops = ["face", "eyes", "mouth", "frame"]

    def glue(module: nn.Module, example: tuple[Tensor, ...], inputs: list[str], outputs: list[str]) -> Any:
        return onnx.load_model_from_string(
            onnx_graph(module.eval(), example, inputs, outputs, is_halved=False)
        ).graph

    chain = _Chain()
    rest = chain.constant("rest", torch.zeros(1, REST))  # a portrait says nothing of its person's rest
    made = chain.add(glue(FirstCrops(), (img,), ["img"], crops), {"img": "img"})
    for look in range(_LOOKS):
        read = chain.add(of_tracker, made | {"rest": rest})
        if look < _LOOKS - 1:
            step = glue(Crops(), (img, frame, landmarks), ["img", "before", "landmarks"], crops)
            given = {"img": "img", "before": made["frame"], "landmarks": read["landmarks"]}
            made = chain.add(step, given)
    names = ["pitch", "yaw", "roll", "t", "exp", "scale", "kp"]
    last = glue(Keypoints(), (frame, landmarks, turn), ["frame", "landmarks", "turn"], names)
    said = chain.add(last, {"frame": made["frame"], "landmarks": read["landmarks"], "turn": read["turn"]})
    return chain.model(
        img, {name: (said[name], size) for name, size in zip(names, (1, 1, 1, 3, 63, 1, 63), strict=True)}
    )


def _tracker() -> bytes:
    data: bytes = load_tracker_model(installed_tracker()).graphs[TRACKER_FILE]
    return data


class _Chain:
    """Graphs one after the other in one."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._weights: dict[str, Any] = {}
        self._firsts: dict[int, tuple[str, Any]] = {}  # the graph is kept: another one could get its id
        self._count = 0

    def constant(self, name: str, values: Tensor) -> str:
        """A tensor that never changes; returns its name."""
        self._weights[name] = onnx.numpy_helper.from_array(values.numpy(), name)
        return name

    def add(self, graph: Any, given: dict[str, str]) -> dict[str, str]:
        """Append a graph whose inputs are tensors of these names; returns the names of its outputs here.

        A graph that was appended before shares its weights.
        """
        self._count += 1
        prefix = f"part{self._count}/"
        owner, _ = self._firsts.setdefault(id(graph), (prefix, graph))
        inputs, weights = {one.name for one in graph.input}, {one.name for one in graph.initializer}

        def here(name: str) -> str:
            if name in inputs or not name:
                return given.get(name, "")
            return f"{owner if name in weights else prefix}{name}"

        for weight in graph.initializer:
            copy = onnx.TensorProto()
            copy.CopyFrom(weight)
            copy.name = here(weight.name)
            self._weights[copy.name] = copy
        for node in graph.node:
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.name = f"{prefix}{len(self._nodes)}"
            copy.input[:] = [here(name) for name in node.input]
            copy.output[:] = [here(name) for name in node.output]
            self._nodes.append(copy)
        return {one.name: here(one.name) for one in graph.output}

    def model(self, img: Tensor, outputs: dict[str, tuple[str, int]]) -> bytes:
        """The whole: an input `img`, and outputs (1, N): name -> (tensor, N)."""
        kind = onnx.TensorProto.FLOAT
        made = [onnx.helper.make_node("Identity", [tensor], [name]) for name, (tensor, _) in outputs.items()]
        graph = onnx.helper.make_graph(
            [*self._nodes, *made],
            "motion",
            [onnx.helper.make_tensor_value_info("img", kind, list(img.shape))],
            [
                onnx.helper.make_tensor_value_info(name, kind, [1, size])
                for name, (_, size) in outputs.items()
            ],
            list(self._weights.values()),
        )
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])
        model.ir_version = 8
        onnx.checker.check_model(model, full_check=True)
        packed: bytes = model.SerializeToString()
        return packed
