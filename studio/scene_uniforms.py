"""SceneUniforms: camera and lights of a picture as a uniform block for all shaders, and the key light's shadow map."""

from __future__ import annotations

from typing import Any, Final

import moderngl
import numpy as np

from studio.arrays import Floats
from studio.camera import StudioCamera
from studio.head.sky_visibility import orthographic
from studio.lights import Light
from studio.shaders.uniform_blocks import SCENE_BINDING, SCENE_FIELDS, UniformBlock

#: Side of the shadow map in texels.
_SIDE: Final = 224
#: Half the side of the cube that the shadow map covers, and the cube's centre in world space.
_REACH, _MIDDLE = 26.0, (0.0, -5.0, 1.0)
#: Depth bias: smallest distance between an occluder and the surface that it shades, head-model units.
_BIAS: Final = 0.45
#: Width over which shadow edges are smoothed, as a share of the map's side.
_SOFTNESS: Final = 0.0085
#: Clip space to texture space.
_HALVED: Final = np.array(
    [[0.5, 0, 0, 0.5], [0, 0.5, 0, 0.5], [0, 0, 0.5, 0.5 - 0.5 * _BIAS / _REACH], [0, 0, 0, 1]], np.float32
)


class SceneUniforms:
    """The Scene block and the shadow map of one OpenGL context; used by its thread.

    Attributes:
        shadow: framebuffer for the view from the key light.
        shadow_map: its depth texture.
    """

    def __init__(self, gl: Any) -> None:
        self._block = UniformBlock(gl, SCENE_FIELDS, binding=SCENE_BINDING)
        self.shadow_map = gl.depth_texture((_SIDE, _SIDE))
        self.shadow_map.compare_func = "<="
        self.shadow_map.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self.shadow_map.repeat_x = self.shadow_map.repeat_y = False
        self.shadow = gl.framebuffer([], self.shadow_map)

    def write(
        self, camera: StudioCamera, light: Light, eye_turn: Floats, head_turn: Floats, mouth: float
    ) -> Floats:
        """Fill and bind the Scene block.

        Args:
            eye_turn, head_turn: (3, 3) float32 rotations of the eyes and the head in world space.
            mouth: how far the lips are parted, 0..1.

        Returns:
            (4, 4) float32, world space to the key light's clip space.
        """
        turn = camera.world_to_camera[:3, :3]
        to_light = orthographic(light.key[0], _REACH, _MIDDLE)
        values: dict[str, Any] = {
            "to_camera": camera.world_to_camera,
            "to_clip": camera.projection(),
            "to_shadow": _HALVED @ to_light @ np.linalg.inv(camera.world_to_camera),
            "camera_up": (*turn[:, 1], mouth),
        }
        for name, rotated in (("eye_turn", eye_turn), ("head_turn", head_turn)):
            values[name] = np.eye(4, dtype=np.float32)
            values[name][:3, :3] = turn @ rotated
        for name, lamp, fourth in (
            ("key", light.key, _SOFTNESS),
            ("fill", light.fill, 0),
            ("rim", light.rim, 0),
        ):
            values[f"{name}_direction"] = (*(turn @ lamp[0]), 0.0)
            values[name] = (*lamp[1], fourth)
        for channel, row in zip(("red", "green", "blue"), light.ambient, strict=True):
            values[f"ambient_{channel}"] = (row[0], *(turn @ row[1:]))
        self._block.write(values)
        return to_light
