"""KeypointControl: a Motion -> LivePortrait's keypoints of the frame, relative to the portrait's.

control = KeypointControl(face, camera, portrait)
keypoints = control.keypoints(motion)        # (1, K, 3), reused by the next

Each layer reaches the keypoints by a way of its own. Expression and gaze add to the expression; pose and camera turn the
canonical keypoints by the rotation from the portrait's head to the Motion's, as the camera sees it; place and size follow a
point of the head through the portrait's camera. So a head that does not change its distance does not change its size.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.camera import PortraitCamera, rotation
from face.liveportrait.portrait_face import DRIVEN, FULL_GAZE, KEYPOINTS, PortraitFace
from face.liveportrait.sliders import HIGHEST, LOWEST
from face.motion import Motion
from protocol.blendshapes import INDEX
from protocol.channels import LAYER_SLICE

Floats = NDArray[np.float32]
#: From our camera's axes (right, up, towards the camera) to LivePortrait's (right, down, away); its own inverse.
_FLIP: Final = np.array([1.0, -1.0, -1.0], np.float32)
_JAW: Final = INDEX["jawOpen"]


def head_rotation(angles_deg: Floats) -> Floats:
    """LivePortrait's rotation matrix (3, 3) of pitch, yaw, roll (3,) degrees, for rows: k R.

    Source: KwaiVGI/LivePortrait, src/utils/camera.py (the order of the axes and the signs).
    """
    pitch, yaw, roll = np.radians(angles_deg.astype(np.float64))
    cx, sx, cy, sy, cz, sz = (f(a) for a in (pitch, yaw, roll) for f in (np.cos, np.sin))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return np.asarray((about_z @ about_y @ about_x).T, np.float32)


def coefficients(expression: Floats, gaze: Floats, *, out: Floats) -> Floats:
    """Coefficients (DRIVEN,) of an expression (52,) and a gaze (2,), radians; `out` is overwritten and returned."""
    count = len(expression)
    out[:count] = expression
    yaw, pitch = float(gaze[0]) / FULL_GAZE, float(gaze[1]) / FULL_GAZE
    out[count:] = (max(yaw, 0.0), max(-yaw, 0.0), max(pitch, 0.0), max(-pitch, 0.0))
    return out


class KeypointControl:
    """Used from one thread; nothing is allocated that grows.

    Args:
        face: the portrait's.
        camera: the portrait's camera, of the avatar's rig.
        portrait: (CHANNELS,) the Motion with which the avatar looks like its portrait.

    Attributes:
        source: (1, K, 3) the portrait's keypoints.
    """

    def __init__(self, face: PortraitFace, camera: PortraitCamera, portrait: Floats) -> None:
        self._face, self._camera = face, camera
        own = Motion.neutral()
        own.values[:] = portrait
        self._own_expression = own.expression.copy()
        self._own = coefficients(own.expression, own.gaze, out=np.zeros(len(DRIVEN), np.float32))
        self._now = np.zeros_like(self._own)
        self._source_rotation = head_rotation(face.angles_deg)
        self._from_own = rotation(*(float(v) for v in portrait[LAYER_SLICE["pose"]][:3])).T
        self._flat = face.deltas.reshape(len(DRIVEN), -1)
        self._own_place, self._own_depth = self._placed(own)
        self.source: Floats = np.zeros((1, KEYPOINTS, 3), np.float32)
        self._made = np.zeros_like(self.source)
        self.source[:] = self.keypoints(own)

    def keypoints(self, motion: Motion) -> Floats:
        """The frame's keypoints (1, K, 3) float32; the array is reused."""
        face = self._face
        # 1. Expression and gaze, relative to the portrait's.
        now = coefficients(motion.expression, motion.gaze, out=self._now)
        now -= self._own
        met = self._lips_met(now)
        change = (now @ self._flat).reshape(KEYPOINTS, 3) + met * face.lips_met
        np.clip(change, LOWEST, HIGHEST, out=change)
        # 2. Head and camera turn.
        yaw, pitch, roll = (float(v) for v in motion.pose[:3])
        turn = self._camera.view(motion)[:3, :3] @ rotation(yaw, pitch, roll) @ self._from_own
        turn = turn * _FLIP * _FLIP[:, None]
        made = self._made[0]
        np.matmul(face.keypoints, self._source_rotation @ turn.T, out=made)
        made += face.expression + change
        # 3. Place and size.
        place, depth = self._placed(motion)
        made *= float(face.scale[0]) * float(motion.pose[6]) * self._own_depth / depth
        made[:, :2] += face.translation[:2] + (place - self._own_place)
        return self._made

    def _lips_met(self, change: Floats) -> float:
        """Share of `lips_met`, where the portrait's lips are open; the jaw's own change is used up by it."""
        own = float(self._own_expression[_JAW])
        if own <= 0.0 or change[_JAW] >= 0.0 or not self._face.lips_met.any():
            return 0.0
        share = min(-float(change[_JAW]) / own, 1.0)
        change[_JAW] = 0.0
        return share

    def _placed(self, motion: Motion) -> tuple[Floats, float]:
        """Where the anchor is in the crop, -1..1 x, y, and its distance from the camera."""
        seen = self._camera.seen(self._face.anchor[None], motion)
        place = self._camera.project(seen)[0]
        return np.asarray(place * (2.0 / self._face.crop[2]), np.float32), float(-seen[0, 2])
