"""Tracker: reads a face from crops of one picture: coefficients, gaze, head pose, landmarks, and what is hidden.

    net = TrackerNet()
    reading = net(face, eyes, mouth)          # TrackerReading for B pictures
    rest = known(reading.code)                # of pictures in which these people rested
    reading = net(face, eyes, mouth, rest)    # surer of what is this person and what is an expression

Two encoders that should not leak into each other: the pose is read from a small face whose eyes and mouth are covered,
the expression from crops that are levelled and scaled by landmarks. Eyes and mouth are read at the picture's own
resolution; one network reads both eyes, the right one mirrored. A face at rest leaves a code; given back, it tells a narrow
eye from a squint. Without one the same network reads as well as it can.

Sources: DeX-Portrait, motion trainer (pose and expression encoders); Y. Zhou et al., "On the continuity of rotation
representations in neural networks", CVPR 2019, eq. 15 (six numbers); K. He et al., "Deep residual learning", CVPR 2016.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from networks.blocks import NormedBlock
from vision.face_crops import FACE_PX, MOUTH_PX
from vision.tracker_outputs import EYE_POINTS, LANDMARKS, MOUTH_POINTS, READ_SHAPES, REST, SEEN

#: What the pose's encoder does not see, shares of the face's crop: top, bottom, left, right.
_COVERED: Final = ((0.20, 0.42, 0.14, 0.86), (0.55, 0.86, 0.24, 0.76))
#: Side of the patches that the first layer reads, and channels after it and after every halving.
_COARSE: Final = (4, (32, 64, 96, 128))
_FINE: Final = (2, (24, 32, 64, 96))
_FACE, _EYE, _MOUTH, _POSE, _JOINT, _GAZE = 192, 96, 128, 96, 192, 64


class TrackerReading(NamedTuple):
    """What the network reads from B pictures.

    Attributes:
        expression: (B, 44) coefficients 0..1 of READ_SHAPES.
        gaze: (B, 2, 2) of the left and the right eye: yaw and pitch relative to the head, radians.
        turn: (B, 6) the first two columns of the head's rotation as it is seen in the levelled crop.
        size: (B, 1) logarithm of the head's true scale over that of its frame, which a turn makes too small.
        landmarks: (B, 956) MediaPipe's points in the face's crop, x and y in turn, -1..1 from edge to edge.
        eye_points: (B, 2, 54) EYE_POINTS in each eye's crop, mouth_points: (B, 86) MOUTH_POINTS in the mouth's, likewise.
        seen: (B, 4) 0..1, see SEEN.
        code: (B, 64) of the face in this picture; the mean over pictures at rest tells the network whose face it is.
    """

    expression: Tensor
    gaze: Tensor
    turn: Tensor
    size: Tensor
    landmarks: Tensor
    eye_points: Tensor
    mouth_points: Tensor
    seen: Tensor
    code: Tensor

    def float(self) -> TrackerReading:
        """In float32."""
        return TrackerReading(*(one.float() for one in self))

    def cpu(self) -> TrackerReading:
        """In the processor's memory."""
        return TrackerReading(*(one.cpu() for one in self))


class TrackerFeatures(NamedTuple):
    """What the network sees in B pictures, before it is told whose face it is.

    Attributes:
        face: (B, 192), eyes: (B, 2, 96), mouth: (B, 128), pose: (B, 96) of the four encoders.
        turn: (B, 7), eye_points, mouth_points: first readings, as in `TrackerReading`; the last of `turn` is the size.
        joined: (B, 809) all of these. code: (B, 64) as in `TrackerReading`.
    """

    face: Tensor
    eyes: Tensor
    mouth: Tensor
    pose: Tensor
    turn: Tensor
    eye_points: Tensor
    mouth_points: Tensor
    joined: Tensor
    code: Tensor


class TrackerNet(nn.Module):
    """About 0.3 GFLOP for a picture; 2 million weights."""

    def __init__(self) -> None:
        super().__init__()
        self.face = _Encoder(*_COARSE, (0, 1, 2, 1), (4, 4), 64, _FACE)
        self.eye = _Encoder(*_FINE, (0, 0, 1, 1), (4, 4), 32, _EYE)
        self.mouth = _Encoder(*_FINE, (0, 0, 1, 1), (5, 6), 32, _MOUTH)
        self.pose = _Encoder(4, (32, 64, 96), (0, 1, 1), (4, 4), 32, _POSE)
        points = 4 * len(EYE_POINTS[0]) + 2 * len(MOUTH_POINTS)
        joined = _FACE + 2 * _EYE + _MOUTH + _POSE + points + 7
        self.joint = nn.Linear(joined, _JOINT)
        self.expression = nn.Linear(_JOINT, len(READ_SHAPES))
        self.look = nn.Linear(_EYE + _POSE + _FACE, _GAZE)
        self.gaze = nn.Linear(_GAZE, 2)
        self.turn = nn.Linear(_POSE, 7)
        self.landmarks = nn.Linear(_FACE, 2 * LANDMARKS)
        self.eye_points = nn.Linear(_EYE, 2 * len(EYE_POINTS[0]))
        self.mouth_points = nn.Linear(_MOUTH, 2 * len(MOUTH_POINTS))
        self.seen = nn.Linear(_FACE + 2 * _EYE + _MOUTH, len(SEEN))
        self.code = nn.Linear(joined, REST - 1)
        # what the rest adds to the joint layer, the gaze's and the turn; nothing at first
        self.rest = nn.Linear(REST, _JOINT + _GAZE + 7)
        cover = torch.ones(1, 1, FACE_PX // 2, FACE_PX // 2)
        for top, bottom, left, right in _COVERED:
            rows, columns = (
                slice(round(a * FACE_PX / 2), round(b * FACE_PX / 2))
                for a, b in ((top, bottom), (left, right))
            )
            cover[..., rows, columns] = 0.0
        self.register_buffer("cover", cover, persistent=False)
        with torch.no_grad():
            self.turn.bias.copy_(torch.tensor([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]))
            self.expression.bias.fill_(-2.0)
            self.rest.weight.zero_()
            self.rest.bias.zero_()

    def forward(
        self, face: Tensor, eyes: Tensor, mouth: Tensor, rest: Tensor | None = None
    ) -> TrackerReading:
        """Read the crops of B pictures, 0..1.

        Args:
            face: (B, 3, 128, 128). eyes: (2 B, 3, 64, 64), of each picture the left eye and the mirrored right one.
            mouth: (B, 3, 80, 96).
            rest: (B, 65) the mean code of each person at rest, and how much is known of it, see `known`; None = nothing is.
        """
        return self.read(self.see(face, eyes, mouth), rest)

    def see(self, face: Tensor, eyes: Tensor, mouth: Tensor) -> TrackerFeatures:
        """The first half of `forward`: what the crops show, whoever it is."""
        face, eyes, mouth = (_normalised(crop) for crop in (face, eyes, mouth))
        of_face, of_mouth = self.face(face), self.mouth(mouth)
        of_eyes = self.eye(eyes).unflatten(0, (-1, 2))  # (B, 2, C)
        of_pose = self.pose(functional.avg_pool2d(face, 2) * self.cover)
        turn, eye_points = self.turn(of_pose), self.eye_points(of_eyes)
        mouth_points = self.mouth_points(of_mouth)
        # where lips, lids and brows lie, and how the head is turned, say most of what an expression is
        geometry = [eye_points.flatten(1), mouth_points, turn]
        joined = torch.cat([of_face, of_eyes.flatten(1), of_mouth, of_pose, *geometry], 1)
        return TrackerFeatures(
            of_face, of_eyes, of_mouth, of_pose, turn, eye_points, mouth_points, joined, self.code(joined)
        )

    def read(self, seen: TrackerFeatures, rest: Tensor | None) -> TrackerReading:
        """The second half: what it means on this person's face."""
        rest = seen.joined.new_zeros(len(seen.joined), REST) if rest is None else rest
        at_joint, at_gaze, at_turn = self.rest(rest).split([_JOINT, _GAZE, 7], 1)
        joint = functional.silu(self.joint(seen.joined) + at_joint)
        beside = torch.cat([seen.pose, seen.face], 1)[:, None].expand(-1, 2, -1)
        looked = functional.silu(self.look(torch.cat([seen.eyes, beside], 2)) + at_gaze[:, None])
        # the right eye was seen mirrored: its yaw has the other sign there
        sides = torch.tensor([[1.0, 1.0], [-1.0, 1.0]], dtype=looked.dtype, device=looked.device)
        turn = seen.turn + at_turn
        return TrackerReading(
            expression=torch.sigmoid(self.expression(joint)),
            gaze=self.gaze(looked) * sides,
            turn=turn[:, :6],
            size=turn[:, 6:],
            landmarks=self.landmarks(seen.face),
            eye_points=seen.eye_points,
            mouth_points=seen.mouth_points,
            seen=torch.sigmoid(self.seen(torch.cat([seen.face, seen.eyes.flatten(1), seen.mouth], 1))),
            code=seen.code,
        )


def known(code: Tensor, share: Tensor | float = 1.0) -> Tensor:
    """The network's `rest` (B, 65) from mean codes (B, 64) and how much is known of them, 0..1, () or (B, 1)."""
    share = torch.as_tensor(share, dtype=code.dtype, device=code.device).expand(len(code), 1)
    return torch.cat([share * code, share], 1)


def rotation_of(turn: Tensor) -> Tensor:
    """Six numbers (B, 6) to rotations (B, 3, 3), by Gram-Schmidt; the slow reference of `vision.tracker_outputs`."""
    first = functional.normalize(turn[:, :3], dim=1)
    second = turn[:, 3:] - (first * turn[:, 3:]).sum(1, keepdim=True) * first
    second = functional.normalize(second, dim=1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], 2)


def _normalised(crop: Tensor) -> Tensor:
    """Brightness and contrast of each picture's colours set to the same: what light and camera change most."""
    mean = crop.mean((2, 3), keepdim=True)
    spread = (crop - mean).square().mean((1, 2, 3), keepdim=True).add(1e-4).sqrt()
    return (crop - mean) / spread


class _Encoder(nn.Module):
    """Strided convolutions, each followed by residual blocks, and a line of numbers at the end."""

    def __init__(
        self,
        patch: int,
        widths: tuple[int, ...],
        blocks: tuple[int, ...],
        last: tuple[int, int],
        squeezed: int,
        out: int,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for number, (width, count) in enumerate(zip(widths, blocks, strict=True)):
            side, step, edge = (3, 2, 1) if number else (patch, patch, 0)
            layers += [
                nn.Conv2d(before, width, side, step, edge, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
            ]
            layers += [NormedBlock(width) for _ in range(count)]
            before = width
        layers += [
            nn.Conv2d(before, squeezed, 1, bias=False),
            nn.BatchNorm2d(squeezed),
            nn.ReLU(),
            nn.Flatten(),
        ]
        layers += [nn.Linear(squeezed * last[0] * last[1], out), nn.SiLU()]
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, 3, H, W) to (B, out)."""
        made: Tensor = self.layers(x)
        return made


#: Must match `vision.face_crops`.
assert MOUTH_PX == (80, 96)
