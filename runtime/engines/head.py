"""HeadEngine: draws the portrait's textures on its fitted 3D head with OpenGL.

Drawn from back to front: background plate, back of the hair, sheet (hair, ears, neck and shoulders as a relief that turns
with the head, less and less below the chin), mouth, eyes, face. Any OpenGL 3.3 driver works, also Mesa's software driver
on two cores.

    engine = HeadEngine(size=512)
    engine.set_avatar(load_avatar(Path("avatars/me")))
    pixels = engine.render(motion, now_s)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import moderngl
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from face.avatar import Avatar
from face.deform import FaceDeformer
from face.eyeballs import EYE_CLEARANCE, eye_rotation
from face.motion import Motion
from face.mouth import MOUTH_PARTS, mouth_tints
from face.normals import vertex_normals
from face.rig import HeadRig, NeckMesh, SheetMesh, load_rig
from face.textures import load_picture
from protocol.blendshapes import INDEX
from runtime.engines import head_shaders as glsl
from runtime.engines.gl_context import create_context, make_current, release_context
from runtime.engines.gl_wait import find_finish
from runtime.engines.head_outline import outline_mask, smooth_normals
from runtime.errors import RenderError

BODY_SHARE: Final = 0.45  # share of the head's translation that the body follows
INK_WIDTH: Final = 0.0035  # of a drawing's outline, in sides of the frame
#: (52,) how far each coefficient opens the mouth, for the light inside it.
MOUTH_OPENERS: Final = np.zeros(52, np.float32)
for _name, _share in (("jawOpen", 2.0), ("mouthUpperUp", 0.6), ("mouthLowerDown", 0.6), ("mouthSmile", 0.4)):
    for _side in ("",) if _name == "jawOpen" else ("Left", "Right"):
        MOUTH_OPENERS[INDEX[_name + _side]] = _share
MARGIN_SHARE: Final = (
    0.1  # of an extended picture's side lies around the canvas; authoring/portrait/canvas.py MARGIN
)


@dataclass(slots=True)
class _Mesh:
    """The vertex array of one mesh; the buffer `moving` is rewritten every frame."""

    array: Any
    moving: Any = None


class HeadEngine:
    """RendererEngine for avatars made from a portrait. See `runtime.engines.engine` for the contract."""

    name = "head"

    def __init__(self, size: int = 512) -> None:
        """Create the context, programs and framebuffers.

        Args:
            size: side of the frames in pixels.

        Raises:
            RenderError: there is no OpenGL 3.3.
        """
        self._size = size
        self._gl = create_context()
        self.provider = str(self._gl.info["GL_RENDERER"])
        gl = self._gl
        self._textured = gl.program(glsl.TEXTURED_VERTEX, glsl.TEXTURED_FRAGMENT)
        self._shaded = gl.program(glsl.SHADED_VERTEX, glsl.SHADED_FRAGMENT)
        self._tinted = gl.program(glsl.TINTED_VERTEX, glsl.TINTED_FRAGMENT)
        self._eye = gl.program(glsl.EYE_VERTEX, glsl.EYE_FRAGMENT)
        self._finish = gl.program(glsl.SCREEN_VERTEX, glsl.FINISH_FRAGMENT)
        self._faced = gl.program(glsl.FACE_VERTEX, glsl.FACE_FRAGMENT)
        self._moved = (self._textured, self._faced, self._tinted, self._shaded, self._eye)
        self._drawn = gl.texture((size, size), 4)
        self._drawn.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._drawn.repeat_x = self._drawn.repeat_y = False
        depth = gl.depth_renderbuffer((size, size))
        self._target = gl.framebuffer([self._drawn], depth)
        self._finished = gl.framebuffer([gl.renderbuffer((size, size), 4)])
        corners = np.array([-1, -1, 3, -1, -1, 3], np.float32)
        self._screen = gl.vertex_array(self._finish, [(gl.buffer(corners.tobytes()), "2f", "corner")])
        self._pixels = np.zeros((size, size, 4), np.uint8)
        self._finish_drawing = find_finish()
        self._loaded: list[Any] = []  # OpenGL objects of the loaded avatar
        self._plate_into = gl.framebuffer([self._drawn])
        self._depth_only = gl.framebuffer([], depth)
        self._rig: HeadRig | None = None
        self._closed = False

    # -- expensive once ----------------------------------------------------------------------------

    def set_avatar(self, avatar: Avatar) -> None:
        """Load an avatar's rig and textures.

        Raises:
            AvatarError: a file of the avatar is damaged; the avatar before it stays loaded.
        """
        rig = load_rig(avatar)
        pictures = {
            role: load_picture(avatar, role, self._texture_side(role))
            for role in ("face", "sheet", "back", "sclera_left", "sclera_right", "iris_left", "iris_right")
        }
        plate = load_picture(avatar, "plate", None) if avatar.background != "transparent" else None
        make_current(self._gl)
        for resource in self._loaded:
            resource.release()
        self._loaded.clear()
        self._rig = rig
        self._deformer = FaceDeformer(rig)
        self._textures = {role: self._texture(picture) for role, picture in pictures.items()}
        self._plate = self._plate_target(plate) if plate is not None else None
        self._sheet = self._sheet_mesh(rig.sheet)
        self._back = self._sheet_mesh(rig.back)
        self._face = self._face_mesh(rig)
        self._mouth = self._mouth_mesh(rig)
        self._neck = self._neck_mesh(rig.neck)
        self._eyes = tuple(self._eye_mesh(rig, side) for side in (0, 1))
        self._sheet_delta = np.zeros_like(rig.sheet.vertices)
        self._sheet_points = np.zeros_like(rig.sheet.vertices)
        self._projection = rig.camera.projection()
        self._projection[1] *= -1  # drawn upside down, because OpenGL reads back the bottom row first
        to_rest = np.eye(4, dtype=np.float32)
        to_rest[:3, :3] = rig.camera.rotation
        to_rest[:3, 3] = rig.camera.translation
        self._to_rest = to_rest.T.tobytes()
        identity = np.eye(4, dtype=np.float32).tobytes()
        for program in self._moved:
            program["pivot"].write(rig.camera.pivot_rest.tobytes())
        for program in (self._textured, self._tinted):
            program["body_share"].value = BODY_SHARE
            program["to_rest"].write(identity)
        self._faced["to_rest"].write(self._to_rest)
        self._faced["ink"].value = (*(rig.ink[:3] * rig.ink[3]).tolist(), float(rig.ink[3]))
        self._faced["ink_width"].value = INK_WIDTH * self._size
        self._shaded["to_rest"].write(self._to_rest)
        self._eye["to_rest"].write(self._to_rest)
        self._eye["inwards"].value = (0.0, 0.0, -EYE_CLEARANCE)
        self._eye["sclera"].value = 0
        self._eye["iris"].value = 1

    def _texture_side(self, role: str) -> int | None:
        """The side of a texture, near the size it is drawn at: faster to sample, and no aliasing without mip maps."""
        if role in ("sheet", "back"):
            return int(self._size * 1.25) if self._size < 1024 else None
        if role == "face":
            return min(1024, self._size)
        return None

    def _texture(self, picture: NDArray[np.uint8]) -> Any:
        texture = self._gl.texture(picture.shape[1::-1], 4, np.ascontiguousarray(picture[::-1]).tobytes())
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        texture.repeat_x = texture.repeat_y = False
        self._loaded.append(texture)
        return texture

    def _buffer(self, values: NDArray[Any]) -> Any:
        buffer = self._gl.buffer(np.ascontiguousarray(values).tobytes())
        self._loaded.append(buffer)
        return buffer

    def _array(self, program: Any, content: list[tuple[Any, ...]], triangles: NDArray[np.int32]) -> Any:
        array = self._gl.vertex_array(program, content, self._buffer(triangles.astype(np.int32)))
        self._loaded.append(array)
        return array

    def _sheet_mesh(self, sheet: SheetMesh) -> _Mesh:
        moving = self._buffer(sheet.vertices)
        uv = np.stack([sheet.uv[:, 0], 1 - sheet.uv[:, 1]], 1).astype(np.float32)
        fixed = self._buffer(np.concatenate([uv, sheet.follow[:, None]], 1).astype(np.float32))
        content = [(moving, "3f", "position"), (fixed, "2f 1f", "uv", "follow")]
        return _Mesh(self._array(self._textured, content, sheet.triangles), moving)

    def _face_mesh(self, rig: HeadRig) -> _Mesh:
        """The face shares its vertex buffer with the mouth; eyeballs are rotated in the shader.

        Triangles are sorted from back to front, so that a soft outline blends with the surface behind it.
        """
        self._vertices = self._buffer(rig.neutral)
        triangles = rig.model.triangles["face"]
        triangles = triangles[np.argsort(rig.neutral[triangles][:, :, 2].mean(1), kind="stable")]
        normals = vertex_normals(rig.neutral, triangles)
        if rig.ink[3] > 0:
            normals = smooth_normals(normals, triangles)
        fixed = np.concatenate([rig.model.uv, normals, outline_mask(rig)], 1).astype(np.float32)
        content = [
            (self._vertices, "3f", "position"),
            (self._buffer(fixed), "2f 3f 2f", "uv", "normal", "rim"),
        ]
        return _Mesh(self._array(self._faced, content, triangles), self._vertices)

    def _mouth_mesh(self, rig: HeadRig) -> _Mesh:
        content = [(self._vertices, "3f", "position"), (self._buffer(mouth_tints(rig)), "3f", "tint")]
        return _Mesh(self._array(self._shaded, content, rig.model.part(*MOUTH_PARTS)))

    def _neck_mesh(self, neck: NeckMesh) -> _Mesh:
        fixed = np.concatenate([neck.vertices, neck.follow[:, None], neck.colours], 1)
        content = [(self._buffer(fixed), "3f 1f 4f", "position", "follow", "tint")]
        return _Mesh(self._array(self._tinted, content, neck.triangles))

    def _eye_mesh(self, rig: HeadRig, side: int) -> _Mesh:
        part = ("eyeball_left", "eyeball_right")[side]
        content = [(self._buffer(rig.neutral), "3f", "position")]
        return _Mesh(self._array(self._eye, content, rig.model.triangles[part]))

    def _plate_target(self, picture: NDArray[np.uint8]) -> Any:
        """The background as a framebuffer of the frame's size; copying it is faster than drawing it."""
        edge = round(picture.shape[0] * MARGIN_SHARE)
        inner = Image.fromarray(picture[edge:-edge, edge:-edge])
        scaled = np.asarray(inner.resize((self._size, self._size), Image.Resampling.BOX))
        texture = self._texture(scaled[::-1])
        target = self._gl.framebuffer([texture])
        self._loaded.append(target)
        return target

    # -- cheap often ---------------------------------------------------------------------------------

    def render(self, motion: Motion, now_s: float) -> NDArray[np.uint8]:
        """Draw one frame: (size, size, 4) uint8 RGBA, straight alpha, sRGB, top row first; reused by the next.

        Every frame is drawn from its Motion alone: `now_s` changes nothing.
        """
        rig = self._rig
        if rig is None:
            raise RenderError("the head engine has no avatar yet; call set_avatar first")
        gl = self._gl
        make_current(gl)
        # 1. Deform the face, and the edge of the sheet that follows it.
        deformer = self._deformer
        self._vertices.write(deformer.deform(motion.expression, motion.gaze))
        np.take(deformer.delta, rig.sheet.bound, axis=0, out=self._sheet_delta)
        self._sheet_delta *= rig.sheet.bound_share[:, None]
        np.matmul(self._sheet_delta, rig.camera.rotation.T, out=self._sheet_points)
        self._sheet_points += rig.sheet.vertices
        self._sheet.moving.write(self._sheet_points)
        # 2. Camera and pose.
        camera = rig.camera
        view = camera.view(motion)
        view_projection = (self._projection @ view).T.astype(np.float32).tobytes()
        self._faced["camera"].write((-view[:3, :3].T @ view[:3, 3]).astype(np.float32).tobytes())
        turn, shift = camera.turn(motion).tobytes(), camera.shift(motion).tobytes()
        for program in self._moved:
            program["view_projection"].write(view_projection)
            program["turn"].write(turn)
            program["shift"].write(shift)
            program["scale"].value = float(motion.pose[6])
        # 3. Draw from back to front.
        self._target.use()
        self._target.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        if self._plate is not None:
            gl.copy_framebuffer(self._plate_into, self._plate)
            self._target.use()
        gl.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        gl.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
        self._textures["back"].use(0)
        self._target.depth_mask = False  # the sheet covers these where it has hair or a neck
        self._back.array.render()
        self._neck.array.render()
        self._target.depth_mask = True
        self._textures["sheet"].use(0)
        self._sheet.array.render()
        # The face covers the sheet at any depth; only parts of the face occlude each other.
        self._depth_only.clear(depth=1.0)
        self._target.use()
        openness = float(motion.expression @ MOUTH_OPENERS)
        self._shaded["light"].value = 0.6 + 0.4 * min(1.0, openness)
        self._mouth.array.render()
        self._draw_eyes(rig, motion)
        self._textures["face"].use(0)
        self._face.array.render()
        # 4. Convert to straight alpha if the background is transparent, and read back.
        source = self._target
        if self._plate is None:
            source = self._finished
            source.use()
            gl.enable_only(moderngl.NOTHING)
            self._drawn.use(0)
            self._screen.render()
        self._finish_drawing()
        source.read_into(self._pixels, components=4)
        return self._pixels

    def _draw_eyes(self, rig: HeadRig, motion: Motion) -> None:
        self._eye["unturn"].write(np.ascontiguousarray(eye_rotation(motion.gaze)).tobytes())
        for side, word in enumerate(("left", "right")):
            self._eye["centre"].write(rig.eye_centres[side].tobytes())
            self._eye["iris_sine"].value = float(rig.iris_sine[side])
            self._textures[f"sclera_{word}"].use(0)
            self._textures[f"iris_{word}"].use(1)
            self._eyes[side].array.render()

    def close(self) -> None:
        """Release the context; may be called twice."""
        if not self._closed:
            self._closed = True
            release_context(self._gl)
