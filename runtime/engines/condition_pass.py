"""ConditionPass: draws the pictures of conditions (`face.conditions`) of the head that a HeadEngine has just drawn.

conditions = ConditionPass(engine.gl)
head = engine.draw(motion)
conditions.set_head(head)                                   # once for an avatar
pictures = conditions.draw(head, engine.drawn, motion)      # (3, 128, 128, 4) uint8
"""

from __future__ import annotations

from typing import Any, Final

import moderngl
import numpy as np
from numpy.typing import NDArray

from face.conditions import CONDITION_PX, LABEL_STEP, PARTS
from face.motion import Motion
from runtime.engines.condition_shaders import CONDITION_FRAGMENT, CONDITION_VERTEX, SHRINK_FRAGMENT
from runtime.engines.head_programs import BODY_SHARE
from runtime.engines.head_shaders import SCREEN_VERTEX
from runtime.engines.loaded_head import LoadedHead

#: Part -> the texture whose transparent texels are left out.
_CUT: Final = {"back": "back", "sheet": "sheet", "face": "face"}
#: Parts that turn with the whole head; the others' vertices have shares of their own.
_WHOLE: Final = ("mouth", "eye", "face")


class ConditionPass:
    """Programs, framebuffers and arrays of one OpenGL context; used from its thread.

    The array that `draw` returns is overwritten by the next `draw`.
    """

    def __init__(self, gl: Any) -> None:
        self._gl = gl
        size = (CONDITION_PX, CONDITION_PX)
        self._program = gl.program(CONDITION_VERTEX, CONDITION_FRAGMENT)
        self._program["body_share"].value = BODY_SHARE
        self._shrink = gl.program(SCREEN_VERTEX, SHRINK_FRAGMENT)
        self._shrink["side"].value = float(CONDITION_PX)
        corners = np.array([-1, -1, 3, -1, -1, 3], np.float32)
        self._screen = gl.vertex_array(self._shrink, [(gl.buffer(corners.tobytes()), "2f", "corner")])
        depth = gl.depth_renderbuffer(size)
        self._normals = gl.framebuffer([gl.texture(size, 4), gl.texture(size, 4)], depth)
        self._depth_only = gl.framebuffer([], depth)
        self._small = gl.framebuffer([gl.texture(size, 4)])
        self._meshes: dict[str, list[Any]] = {}
        self._to_rest: dict[str, bytes] = {}
        self._pictures = np.zeros((3, *size, 4), np.uint8)

    def set_head(self, head: LoadedHead) -> None:
        """Build the vertex arrays of a head, which share its buffers; those of the head before are released."""
        self.release_head()
        made: dict[str, list[tuple[Any, str, tuple[str, ...]]]] = {
            "back": [(head.back, "2f 1f", ("uv", "follow"))],
            "sheet": [(head.sheet, "2f 1f", ("uv", "follow"))],
            "neck": [(head.neck, "", ())],
            "mouth": [(head.mouth, "", ())],
            "eye": [(mesh, "", ()) for mesh in head.eyes],
            "face": [(head.face, "2f 20x", ("uv",))],
        }
        for part in PARTS:
            self._meshes[part] = []
            for mesh, layout, names in made[part]:
                content = [(mesh.positions, mesh.position_layout, "position")]
                content.append((mesh.still, mesh.position_layout, "still"))
                if names:
                    content.append((mesh.fixed, layout, *names))
                elif part == "neck":
                    content.append((mesh.positions, "12x 1f 16x", "follow"))
                array = self._gl.vertex_array(self._program, content, mesh.triangles)
                self._meshes[part].append(array)
        matrix = np.eye(4, dtype=np.float32)
        identity = matrix.tobytes()
        matrix[:3, :3] = head.camera.rotation
        matrix[:3, 3] = head.camera.translation
        to_rest = np.ascontiguousarray(matrix.T).tobytes()
        self._to_rest = {part: to_rest if part in _WHOLE else identity for part in PARTS}
        self._program["pivot"].write(head.camera.pivot_rest.tobytes())
        self._projection = head.camera.projection()
        self._projection[1] *= -1  # top row first, as the draft

    def release_head(self) -> None:
        """Release the vertex arrays; call it before the head's own buffers are released."""
        for arrays in self._meshes.values():
            for array in arrays:
                array.release()
        self._meshes = {}

    def draw(self, head: LoadedHead, drawn: Any, motion: Motion) -> NDArray[np.uint8]:
        """Draw and read back.

        Args:
            head: as given to `set_head`; its moving buffers hold the frame.
            drawn: texture of the draft, premultiplied, without the background.
            motion: the frame's.

        Returns:
            (3, CONDITION_PX, CONDITION_PX, 4) uint8, top row first, as `face.conditions.as_planes` expects it.
        """
        gl, program, camera = self._gl, self._program, head.camera
        view = camera.view(motion)
        program["view"].write(np.ascontiguousarray(view.T, np.float32).tobytes())
        program["projection"].write(np.ascontiguousarray(self._projection.T, np.float32).tobytes())
        program["turn"].write(camera.turn(motion).tobytes())
        program["shift"].write(camera.shift(motion).tobytes())
        program["scale"].value = float(motion.pose[6])
        self._normals.use()
        self._normals.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        gl.enable_only(moderngl.DEPTH_TEST)
        for number, part in enumerate(PARTS):
            if part == "mouth":  # the head covers the sheet at any depth, as in the draft
                self._depth_only.clear(depth=1.0)
                self._normals.use()
            self._normals.depth_mask = part not in ("back", "neck")
            program["to_rest"].write(self._to_rest[part])
            program["whole"].value = float(part in _WHOLE)
            program["label"].value = (number + 1) * LABEL_STEP / 255
            program["cut"].value = float(part in _CUT)
            if part in _CUT:
                head.textures[_CUT[part]].use(0)
            for array in self._meshes[part]:
                array.render()
        self._normals.depth_mask = True
        self._small.use()
        gl.enable_only(moderngl.NOTHING)
        drawn.use(0)
        self._shrink["taps"].value = max(1, -(-drawn.width // (2 * CONDITION_PX)))
        self._screen.render()
        self._small.read_into(self._pictures[0], components=4)
        for attachment in (0, 1):
            self._normals.read_into(self._pictures[1 + attachment], components=4, attachment=attachment)
        return self._pictures
