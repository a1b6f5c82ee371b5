"""HeadEngine: draws the portrait's textures on its fitted 3D head with OpenGL.

Drawn from back to front: background plate, back of the hair, sheet (hair, ears, neck and shoulders as a relief that turns
with the head, less and less below the chin), mouth, eyes, face, folds of its skin, skin on shut lids. Any OpenGL 3.3 driver
works, also Mesa's software driver on two cores.

    engine = HeadEngine(size=512)
    engine.set_avatar(load_avatar(Path("avatars/me")))
    pixels = engine.render(motion, now_s)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import moderngl
import numpy as np
from numpy.typing import NDArray

from face.avatar import Avatar
from face.easing import ease_in_out
from face.eyeballs import eye_rotation
from face.motion import Motion
from face.wrinkle_map import REGIONS
from protocol.blendshapes import INDEX
from protocol.channels import LAYER_SLICE
from protocol.messages import StageTiming
from runtime.engines.frame_reading import FrameReading
from runtime.engines.gl_context import make_current
from runtime.engines.gl_room import GlRoom
from runtime.engines.head_prepare import prepare_head
from runtime.engines.loaded_head import LoadedHead, Mesh
from runtime.engines.openings import Box, Openings
from runtime.engines.plate_pass import Plate, PlatePass
from runtime.engines.prepared import PreparedAvatar
from runtime.engines.wrinkle_shade import BROW
from runtime.errors import RenderError

#: How far beyond the portrait's own a lid is shut, 0..1, where the skin on it begins to show, and where it covers.
PAINTED_FROM, PAINTED_AT = 0.08, 0.6
#: Change of any shape of the mouth from the portrait's at which its own picture of the mouth is gone.
OWN_MOUTH_UNTIL: Final = 0.4
#: Brightness of what is seen between lips that touch, and in the corners of an open mouth, shares of the flesh's.
CLOSED, OPEN = 1.0, 0.45
#: Turn, radians, at which hair has an outline of its own.
TURNED_AT: Final = 0.12
_EXPRESSION: Final = LAYER_SLICE["expression"]
_MOUTH: Final = np.array(
    [place for name, place in INDEX.items() if name.startswith(("jaw", "mouth", "tongue"))]
)
_BLINKS: Final = np.array([INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]])
_BLINK: Final = _BLINKS + LAYER_SLICE["expression"].start


class HeadEngine:
    """RendererEngine for avatars made from a portrait. See `runtime.engines.engine` for the contract.

    Attributes:
        gl: its OpenGL context.
        drawn: texture of the last frame, premultiplied, top row first.
        plates: what is behind the head.
    """

    name = "head"

    def __init__(self, size: int = 512, *, frame_size: int | None = None, room: GlRoom | None = None) -> None:
        """Create the framebuffers, and the context and programs where there are none yet.

        Args:
            size: side of what is drawn, in pixels.
            frame_size: side of the frames, and of what is behind the head, where a later pass scales; None = `size`.
            room: the context that it draws in, with others; None = one of its own.

        Raises:
            RenderError: there is no OpenGL 3.3.
        """
        self._size = size
        self._room = room or GlRoom()
        self.gl, self._programs = self._room.enter()
        self.provider = str(self.gl.info["GL_RENDERER"])
        gl = self.gl
        self.drawn = gl.texture((size, size), 4)
        self.drawn.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self.drawn.repeat_x = self.drawn.repeat_y = False
        depth = gl.depth_renderbuffer((size, size))
        self._target = gl.framebuffer([self.drawn], depth)
        self._reading = FrameReading(gl, self._target, self.drawn, self._programs.finish, frame_size)
        corners = gl.buffer(np.array([-1, -1, 3, -1, -1, 3], np.float32).tobytes())
        self._behind = gl.vertex_array(self._programs.plate, [(corners, "2f", "corner")])
        self.plates = PlatePass(gl, frame_size or size)
        self._plate_into = gl.framebuffer([self.drawn])
        self._own = (
            *self._reading.made, self._behind, self._target, self._plate_into, self.drawn, depth, corners,
        )  # fmt: skip
        #: From back to front. Each draws so many indices of its meshes, -1 = all.
        self._draws: tuple[Callable[[LoadedHead, int], None], ...] = (
            self._draw_back,
            self._draw_sheet,
            self._draw_mouth,
            self._draw_eyes,
            self._draw_face,
            self._draw_wrinkles,
            self._draw_lids,
        )
        self._head: LoadedHead | None = None
        self._whole: Box = (0, 0, size, size)
        self._left_eye = self._right_eye = self._mouth = self._whole
        self._shut = np.zeros(2, np.float32)
        self._folds = np.zeros(len(REGIONS), np.float32)
        self._closed = False

    # -- expensive once ----------------------------------------------------------------------------

    def set_avatar(self, avatar: Avatar) -> None:
        """Load an avatar's rig and textures at once.

        Raises:
            AvatarError: a file of the avatar is damaged; the avatar before it stays loaded.
            RenderError: the driver cannot hold it; the avatar before it stays loaded.
        """
        for _ in self.upload(PreparedAvatar(avatar, self.name, prepare_head(avatar, self._size))):
            pass

    def upload(self, prepared: PreparedAvatar) -> Iterator[None]:
        """Upload a prepared avatar step by step; the last steps release the avatar before it.

        Raises:
            RenderError: the driver cannot hold it; the avatar before it stays loaded.
        """
        make_current(self.gl)
        loaded = LoadedHead(self.gl, self._programs, prepared.arrays)
        try:
            for _ in self._make(loaded):
                yield
                make_current(self.gl)
            for _ in self.plates.upload(prepared.arrays.get("plate")):
                yield
                make_current(self.gl)
        except BaseException as error:
            make_current(self.gl)
            _release(loaded)
            if not isinstance(error, Exception):  # closed early
                raise
            # moderngl raises what it likes where memory or a limit of the driver is reached
            raise RenderError(
                f"the graphics driver cannot hold {prepared.avatar.name!r} ({error}); make the avatar again, smaller"
            ) from error
        before = self._head
        self._show(loaded)
        self.plates.cut()
        if before is None:
            return
        try:
            for _ in before.release():
                yield
                make_current(self.gl)
        finally:
            make_current(self.gl)
            _release(before)

    def upload_plate(self, picture: NDArray[np.uint8] | None) -> Iterator[None]:
        """Fade to another background; see `RendererEngine.upload_plate`."""
        for steps in (self.plates.upload(picture), self.plates.prepare_fade()):
            make_current(self.gl)
            for _ in steps:
                yield
                make_current(self.gl)
        self.plates.fade()

    def _make(self, loaded: LoadedHead) -> Iterator[None]:
        """Upload, then draw a triangle of each mesh: drivers compile a program for its textures at the first drawing.

        Nobody sees these triangles: every frame begins with an empty framebuffer.
        """
        yield from loaded.upload()
        for draw in self._draws:
            self._target.use()
            draw(loaded, 3)
            yield
        self._reading.make_straight(3)
        yield

    def _show(self, loaded: LoadedHead) -> None:
        self._head = loaded
        self._projection = loaded.camera.projection()
        self._projection[1] *= -1  # drawn upside down, because OpenGL reads back the bottom row first
        self._openings = Openings(loaded.opening_vertices, loaded.camera, self._size)
        self._sheet_delta = np.zeros_like(loaded.sheet_vertices)
        self._sheet_points = np.zeros_like(loaded.sheet_vertices)

    # -- cheap often ---------------------------------------------------------------------------------

    def begin(self, motion: Motion, now_s: float) -> None:
        """Hand the frame to the driver, which draws it while others are begun; `render` then waits for it."""
        self._begin(motion, now_s)

    def render(self, motion: Motion, now_s: float) -> NDArray[np.uint8]:
        """Draw one frame: (size, size, 4) uint8 RGBA, straight alpha, sRGB, top row first; reused by the next.

        Every frame is drawn from its Motion alone; `now_s` only moves the fade to another background. So a face that is
        still is not drawn again.
        """
        if not self._reading.is_begun:
            self._begin(motion, now_s)
        return self._reading.finished()

    def _begin(self, motion: Motion, now_s: float) -> None:
        """Draw, unless nothing has changed."""
        plate = self.plates.at(now_s)
        if not self._reading.is_again(self._head, plate, motion.values):
            head = self.draw(motion, plate=plate)
            self._reading.begin(head, plate, motion.values, is_opaque=plate.is_opaque)

    def draw(self, motion: Motion, *, plate: Plate | None = None) -> LoadedHead:
        """Draw one frame into `drawn` without reading it back; returns the head that it shows.

        Args:
            plate: what is behind the head; None = nothing.

        Raises:
            RenderError: no avatar has been set.
        """
        head = self._head
        if head is None:
            raise RenderError(f"the {self.name} engine has no avatar yet; call set_avatar first")
        gl, programs = self.gl, self._programs
        make_current(gl)
        programs.set_head(head, head.camera, head.ink, self._size)  # another engine may have drawn since
        # 1. Deform the face, and the edge of the sheet that follows it.
        self.deform(head, motion)
        deformer = head.deformer
        # 2. Camera and pose.
        camera = head.camera
        view = camera.view(motion)
        view_projection = (self._projection @ view).T.astype(np.float32).tobytes()
        eye = (-view[:3, :3].T @ view[:3, 3]).astype(np.float32)
        turn, shift = camera.turn(motion), camera.shift(motion)
        for program in (programs.faced, programs.textured, programs.wrinkled):
            program["camera"].write(eye.tobytes())
        away = max(float(np.abs(turn).max()), float(np.abs(eye[:2]).max()) / camera.unit)
        programs.textured["turned"].value = ease_in_out(min(away / TURNED_AT, 1.0))
        for program in programs.moved:
            program["view_projection"].write(view_projection)
            program["turn"].write(turn.tobytes())
            program["shift"].write(shift.tobytes())
            program["scale"].value = float(motion.pose[6])
        moved = float(np.abs(motion.expression - head.portrait[_EXPRESSION])[_MOUTH].max())
        own_share = 1.0 - ease_in_out(min(moved / OWN_MOUTH_UNTIL, 1.0))
        programs.shaded["own_share"].value = max(own_share, head.own_teeth)
        programs.shaded["own_teeth"].value = head.own_teeth
        slit = head.lip_slit.measure(deformer.vertices)
        programs.shaded["lips"].value, programs.shaded["opening"].value = slit.lips, slit.opening
        red, green, blue = head.lip_flesh
        dark = CLOSED + (OPEN - CLOSED) * slit.opened
        programs.shaded["flesh"].value = dark * red, dark * green, dark * blue
        self._set_shut(head, motion)
        if head.wrinkles is not None:
            self._folds = head.folds(deformer.weights(motion.expression, motion.gaze))
        programs.eye["unturn"].write(np.ascontiguousarray(eye_rotation(motion.gaze)).tobytes())
        self._left_eye, self._right_eye, self._mouth = self._openings.boxes(deformer.vertices, motion)
        # 3. Draw from back to front.
        self._target.use()
        self._target.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        if plate is not None and not plate.is_empty:
            # drawn, not copied: software drivers copy on this thread, and wait first until all faces are finished
            gl.enable_only(moderngl.NOTHING)
            plate.texture.use(0)
            self._behind.render()
        for draw in self._draws:
            draw(head, -1)
        return head

    def deform(self, head: LoadedHead, motion: Motion) -> None:
        """Write the positions of the face's vertices, and of the sheet's that follow them, into their buffers."""
        deformer = head.deformer
        head.face.moving.write(deformer.deform(motion.expression, motion.gaze))
        np.take(deformer.delta, head.bound, axis=0, out=self._sheet_delta)
        self._sheet_delta *= head.bound_share
        np.matmul(self._sheet_delta, head.camera.rotation.T, out=self._sheet_points)
        self._sheet_points += head.sheet_vertices
        head.sheet.moving.write(self._sheet_points)

    def _set_shut(self, head: LoadedHead, motion: Motion) -> None:
        """How far each lid is painted: from a little beyond the portrait's own lid to nearly shut."""
        own = head.portrait[_BLINK]
        shut = (motion.expression[_BLINKS] - own) / np.maximum(1.0 - own, 0.1)
        self._shut[:] = ease_in_out(np.clip((shut - PAINTED_FROM) / (PAINTED_AT - PAINTED_FROM), 0.0, 1.0))
        self._programs.lids["shut"].value = (float(self._shut[0]), float(self._shut[1]))

    def _draw_back(self, head: LoadedHead, count: int) -> None:
        gl = self.gl
        gl.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        gl.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
        head.textures["back"].use(0)
        self._programs.textured["inner"].value = 1.0
        self._target.depth_mask = False  # the sheet covers these where it has hair or a neck
        head.back.array.render(vertices=count)
        head.neck.array.render(vertices=count)
        self._target.depth_mask = True

    def _draw_sheet(self, head: LoadedHead, count: int) -> None:
        head.textures["sheet"].use(0)
        self._programs.textured["inner"].value = 0.0
        gl = self.gl
        gl.enable(moderngl.CULL_FACE)
        gl.front_face = "cw"  # the projection is upside down
        head.sheet.array.render(vertices=count)
        gl.disable(moderngl.CULL_FACE)

    def _draw_mouth(self, head: LoadedHead, count: int) -> None:
        """The face covers the sheet at any depth; only parts of the face occlude each other."""
        # masked, not a framebuffer of the depth alone: at each change a software driver draws what it has so far, and waits
        self._target.color_mask = False, False, False, False
        self._target.clear(depth=1.0)
        self._target.color_mask = True, True, True, True
        self._target.use()  # only then the mask holds
        self.gl.enable_only(moderngl.DEPTH_TEST)  # a mouth and eyeballs are opaque
        head.textures["mouth"].use(0)
        self._draw_in(self._mouth, head.mouth, count)

    def _draw_eyes(self, head: LoadedHead, count: int) -> None:
        eye = self._programs.eye
        self.gl.enable(moderngl.CULL_FACE)  # what faces away lies behind the ball's own front
        for side, word in enumerate(("left", "right")):
            eye["centre"].write(head.eye_centres[side].tobytes())
            eye["iris_sine"].value = float(head.iris_sine[side])
            head.textures[f"sclera_{word}"].use(0)
            head.textures[f"iris_{word}"].use(1)
            box = (self._left_eye, self._right_eye)[side]
            self._draw_in(box, head.eyes[side], count)
            if head.eye_swell[side] > 1.0:
                eye["swell"].value = float(head.eye_swell[side])
                self._draw_in(box, head.eyes[side], count)
                eye["swell"].value = 1.0

    def _draw_in(self, box: Box, mesh: Mesh, count: int) -> None:
        """Draw what is seen through an opening of the face, in that part of the frame."""
        if box[2] > 0 and box[3] > 0:
            self._target.scissor = box
            mesh.array.render(vertices=count)
            self._target.scissor = self._whole

    def _draw_face(self, head: LoadedHead, count: int) -> None:
        self.gl.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        head.textures["face"].use(0)
        head.face.array.render(vertices=count)

    def _draw_wrinkles(self, head: LoadedHead, count: int) -> None:
        if head.wrinkles is None:
            return
        folds, wrinkled = self._folds, self._programs.wrinkled
        if folds.any() or count > 0:
            wrinkled["folds_a"].write(folds[:4].tobytes())
            wrinkled["folds_b"].write(folds[4:].tobytes())
            head.textures["face"].use(0)
            head.textures["wrinkles"].use(1)
            # Only the triangles of regions that fold: both, or those of the brow, or the others.
            brow, other = bool(folds[:BROW].any()), bool(folds[BROW:].any())
            first = 0 if brow or count > 0 else 3 * head.wrinkle_ends[0]
            last = -1 if other or count > 0 else 3 * head.wrinkle_ends[1]
            wanted = (
                count if count > 0 else last - first if last >= 0 else head.wrinkles.array.vertices - first
            )
            head.wrinkles.array.render(vertices=wanted, first=first)

    def _draw_lids(self, head: LoadedHead, count: int) -> None:
        if head.lids is not None and (self._shut.any() or count > 0):
            head.textures["lids"].use(0)
            head.lids.array.render(vertices=count)

    def frame_took(self, frame_ms: float, now_s: float) -> None:
        """Nothing depends on it."""

    def timings(self) -> list[StageTiming]:
        """Nothing goes on beside the frames."""
        return []

    def notes(self) -> list[str]:
        """There are none."""
        return []

    def close(self) -> None:
        """Release what it made, and the context if no other engine draws in it; may be called twice."""
        if self._closed:
            return
        self._closed = True
        if not self._room.leave():
            if self._head is not None:
                _release(self._head)
            self.plates.release()
            for made in self._own:
                made.release()


def _release(head: LoadedHead) -> None:
    for _ in head.release():
        pass
