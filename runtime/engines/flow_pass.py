"""FlowPass: how the head engine's meshes have moved since an earlier Motion, as a small picture of shifts.

flow = FlowPass(gl, size=512)
flow.set_head(head)                         # once for an avatar
flow.remember(head, motion)                 # the head is deformed for this Motion: a picture of it is asked for
flow.show()                                 # that picture has come
flow.draw(head, motion)                     # the head is deformed for the frame's Motion
flow.shifts                                 # texture: where in the earlier picture each place of the frame is seen

A slow network's newest picture is moved by it until the next one comes. Between and around the meshes shifts fade out
softly, so that a background is bent and not torn. What an opened mouth or eye uncovers is in no earlier picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import moderngl
import numpy as np
from numpy.typing import NDArray

from face.motion import Motion
from runtime.engines.flow_shaders import FLOW_FRAGMENT, FLOW_VERTEX, SPREAD_FRAGMENT
from runtime.engines.head_programs import BODY_SHARE
from runtime.engines.head_shaders import SCREEN_VERTEX
from runtime.engines.loaded_head import LoadedHead

#: Side of the picture of shifts, pixels.
FLOW_PX: Final = 128
#: Meshes in the order of drawing, each with whether it turns with the whole head.
_PARTS: Final = (("sheet", False), ("neck", False), ("face", True))


@dataclass(slots=True)
class _Moment:
    """Where the meshes were at a Motion.

    Attributes:
        face, sheet: buffers of their positions. arrays: of each part, which read this moment's positions as `earlier`.
        values: the Motion's. uniforms: name -> bytes. scale: of the head.
    """

    face: Any
    sheet: Any
    arrays: dict[str, Any]
    values: NDArray[np.float32] = field(default_factory=lambda: Motion.neutral().values.copy())
    uniforms: dict[str, bytes] = field(default_factory=dict)
    scale: float = 1.0


class FlowPass:
    """Program and textures of one OpenGL context; used from its thread.

    Attributes:
        shifts: RG texture, to be added to a place 0..1 of the frame; top row first.
    """

    def __init__(self, gl: Any) -> None:
        """Compile and allocate."""
        self._gl = gl
        self._program = gl.program(FLOW_VERTEX, FLOW_FRAGMENT)
        self._program["body_share"].value = BODY_SHARE
        self._spread = gl.program(SCREEN_VERTEX, SPREAD_FRAGMENT)
        self._spread["side"].value = float(FLOW_PX)
        self._spread["drawn"].value, self._spread["half_way"].value = 0, 1
        corners = np.array([-1, -1, 3, -1, -1, 3], np.float32)
        self._screen = gl.vertex_array(self._spread, [(gl.buffer(corners.tobytes()), "2f", "corner")])
        size = (FLOW_PX, FLOW_PX)
        self._drawn, self._half_way, self.shifts = (gl.texture(size, 4, dtype="f4") for _ in range(3))
        for texture in (self._drawn, self._half_way, self.shifts):
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
            texture.repeat_x = texture.repeat_y = False
        depth = gl.depth_renderbuffer(size)
        self._target, self._depth_only = gl.framebuffer([self._drawn], depth), gl.framebuffer([], depth)
        self._half, self._whole = gl.framebuffer([self._half_way]), gl.framebuffer([self.shifts])
        self._asked: _Moment | None = None
        self._shown: _Moment | None = None
        self._is_remembered = False

    # -- expensive once ------------------------------------------------------------------------------

    def set_head(self, head: LoadedHead) -> None:
        """Build arrays of a head, which share its buffers; those of the head before are released."""
        self.release_head()
        self._asked, self._shown = self._moment(head), self._moment(head)
        matrix = np.eye(4, dtype=np.float32)
        identity = matrix.tobytes()
        matrix[:3, :3], matrix[:3, 3] = head.camera.rotation, head.camera.translation
        to_rest = np.ascontiguousarray(matrix.T).tobytes()
        self._to_rest = {part: to_rest if is_whole else identity for part, is_whole in _PARTS}
        self._program["pivot"].write(head.camera.pivot_rest.tobytes())
        self._projection = head.camera.projection()
        self._projection[1] *= -1  # top row first

    def _moment(self, head: LoadedHead) -> _Moment:
        gl, program = self._gl, self._program
        face, sheet = (gl.buffer(reserve=mesh.moving.size) for mesh in (head.face, head.sheet))
        followed, neck = (head.sheet.fixed, "2f 1f", "uv", "follow"), head.neck
        content = {
            "sheet": [(head.sheet.moving, "3f", "position"), (sheet, "3f", "earlier"), followed],
            "neck": [(neck.positions, "3f 1f 16x", "position", "follow"), (neck.still, "3f 20x", "earlier")],
            "face": [(head.face.moving, "3f", "position"), (face, "3f", "earlier")],
        }
        arrays = {
            part: gl.vertex_array(program, content[part], getattr(head, part).triangles) for part in content
        }
        return _Moment(face, sheet, arrays)

    def release_head(self) -> None:
        """Release the arrays; call it before the head's own buffers are released."""
        for moment in (self._asked, self._shown):
            if moment is not None:
                for one in (*moment.arrays.values(), moment.face, moment.sheet):
                    one.release()
        self._asked = self._shown = None
        self._is_remembered = False

    # -- cheap often ---------------------------------------------------------------------------------

    def remember(self, head: LoadedHead, motion: Motion) -> None:
        """Keep where the meshes are: a picture of this Motion is asked for."""
        moment = self._asked
        assert moment is not None
        self._gl.copy_buffer(moment.face, head.face.moving)
        self._gl.copy_buffer(moment.sheet, head.sheet.moving)
        moment.values[:] = motion.values
        moment.uniforms = self._uniforms(head, motion)
        moment.scale = float(motion.pose[6])

    def show(self) -> None:
        """The picture that was asked for last is shown from now on."""
        self._asked, self._shown = self._shown, self._asked
        self._is_remembered = True

    def has_moved(self, motion: Motion) -> bool:
        """Whether a frame's Motion is another than that of the picture which is shown."""
        shown = self._shown
        return self._is_remembered and shown is not None and not np.array_equal(shown.values, motion.values)

    def draw(self, head: LoadedHead, motion: Motion) -> None:
        """Draw `shifts`.

        Args:
            head: its moving buffers are those of the Motion.
            motion: the frame's.
        """
        gl, program, shown = self._gl, self._program, self._shown
        assert shown is not None
        for name, value in self._uniforms(head, motion).items():
            program[name].write(value)
        for name, value in shown.uniforms.items():
            program[f"earlier_{name}"].write(value)
        program["scale"].value, program["earlier_scale"].value = float(motion.pose[6]), shown.scale
        self._target.use()
        self._target.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        gl.enable_only(moderngl.DEPTH_TEST)
        for part, is_whole in _PARTS:
            program["to_rest"].write(self._to_rest[part])
            program["whole"].value = float(is_whole)
            program["cut"].value = float(part == "sheet")
            if part == "sheet":
                head.textures["sheet"].use(0)
            if part == "face":  # it covers the sheet at any depth, as in the draft
                self._depth_only.clear(depth=1.0)
                self._target.use()
            shown.arrays[part].render()
        # along x, then along y
        gl.enable_only(moderngl.NOTHING)
        self._drawn.use(0)
        self._half_way.use(1)
        for target, along in ((self._half, (1.0, 0.0)), (self._whole, (0.0, 1.0))):
            target.use()
            self._spread["along"].value = along
            self._screen.render()

    def _uniforms(self, head: LoadedHead, motion: Motion) -> dict[str, bytes]:
        camera = head.camera
        view_projection = (self._projection @ camera.view(motion)).T.astype(np.float32)
        return {
            "view_projection": view_projection.tobytes(),
            "turn": camera.turn(motion).tobytes(),
            "shift": camera.shift(motion).tobytes(),
        }
