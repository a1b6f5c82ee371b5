"""HeadPrograms: the shader programs of the head engine, and what is the same in all of them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from face.camera import PortraitCamera
from face.eyeballs import EYE_CLEARANCE
from runtime.engines import head_shaders as glsl
from runtime.engines.head_outline import SLACK

BODY_SHARE: Final = 0.45  # share of the head's translation that the body follows
#: Teeth are drawn this far behind their place, model units: a smile pulls the lips back over them.
MOUTH_CLEARANCE: Final = 0.7
INK_WIDTH: Final = 0.0035  # of a drawing's outline, in sides of the frame
#: Radius of curvature of a face where it turns away, model units.
BEND: Final = 5.0


class HeadPrograms:
    """Compiled once for a context.

    Attributes:
        textured: sheet and back. faced: face. tinted: neck. shaded: mouth. eye: eyeballs. lids: skin on shut lids.
        wrinkled: folded skin. plate: what is behind the head. finish: straight alpha.
        moved: those that follow the head.
    """

    def __init__(self, gl: Any) -> None:
        self.textured = gl.program(glsl.TEXTURED_VERTEX, glsl.TEXTURED_FRAGMENT)
        self.shaded = gl.program(glsl.SHADED_VERTEX, glsl.SHADED_FRAGMENT)
        self.tinted = gl.program(glsl.TINTED_VERTEX, glsl.TINTED_FRAGMENT)
        self.eye = gl.program(glsl.EYE_VERTEX, glsl.EYE_FRAGMENT)
        self.plate = gl.program(glsl.SCREEN_VERTEX, glsl.PLATE_FRAGMENT)
        self.finish = gl.program(glsl.SCREEN_VERTEX, glsl.FINISH_FRAGMENT)
        self.lids = gl.program(glsl.LID_VERTEX, glsl.LID_FRAGMENT)
        self.faced = gl.program(glsl.FACE_VERTEX, glsl.FACE_FRAGMENT)
        self.wrinkled = gl.program(glsl.WRINKLE_VERTEX, glsl.WRINKLE_FRAGMENT)
        self.moved = (
            self.textured, self.faced, self.tinted, self.shaded, self.eye, self.lids, self.wrinkled,
        )  # fmt: skip
        self._set_for: object = None
        identity = np.eye(4, dtype=np.float32).tobytes()
        for program in (self.textured, self.tinted):
            program["body_share"].value = BODY_SHARE
            program["to_rest"].write(identity)
        self.eye["inwards"].value = (0.0, 0.0, -EYE_CLEARANCE)
        self.eye["swell"].value = 1.0
        self.shaded["inwards"].value = (0.0, 0.0, -MOUTH_CLEARANCE)
        self.eye["sclera"].value = 0
        self.eye["iris"].value = 1
        self.wrinkled["picture"].value = 0
        self.wrinkled["wrinkles"].value = 1

    def set_head(self, head: object, camera: PortraitCamera, ink: NDArray[np.float32], size: int) -> None:
        """Set everything that is fixed for one avatar; free if it is set already.

        Args:
            head: what stands for the avatar.
            camera: the portrait's.
            ink: (4,) straight RGBA 0..1 of the outline.
            size: side of the frames, pixels.
        """
        if self._set_for is head:
            return
        self._set_for = head
        matrix = np.eye(4, dtype=np.float32)
        matrix[:3, :3] = camera.rotation
        matrix[:3, 3] = camera.translation
        to_rest, pivot = matrix.T.tobytes(), camera.pivot_rest.tobytes()
        for program in self.moved:
            program["pivot"].write(pivot)
        for program in (self.faced, self.shaded, self.eye, self.lids, self.wrinkled):
            program["to_rest"].write(to_rest)
        self.faced["ink"].value = (*(ink[:3] * ink[3]).tolist(), float(ink[3]))
        self.faced["ink_width"].value = INK_WIDTH * size
        self.faced["bend"].value = 0.5 * BEND * size / camera.unit
        self.faced["lift"].value = 0.5 * camera.unit / size + 0.5 * BEND * SLACK**2
