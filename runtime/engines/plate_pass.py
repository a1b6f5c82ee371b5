"""PlatePass: the picture behind the head, and its fade to another one. A frame without a fade costs nothing for it.

plates = PlatePass(gl, size=512)
for _ in plates.upload(picture): ...           # None = nothing is behind the head
plates.fade()                                  # or cut()
shown = plates.at(now_s)                       # every frame
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import moderngl
import numpy as np
from numpy.typing import NDArray

from face.easing import ease_in_out
from runtime.engines.gl_context import make_current
from runtime.engines.head_shaders import SCREEN_VERTEX

#: As long as a driver's fade.
FADE_S: Final = 0.3
#: Bytes of a texture that are copied in one step: half a millisecond.
BAND_BYTES: Final = 1 << 20

MIX_FRAGMENT: Final = """
#version 330
uniform sampler2D before;
uniform sampler2D after;
uniform float share;
out vec4 colour;
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    colour = mix(texelFetch(before, at, 0), texelFetch(after, at, 0), share);
}
"""


class Plate(NamedTuple):
    """A texture of the frame's size, premultiplied, top row first, and a framebuffer to copy it from.

    Attributes:
        is_opaque: whether nothing shows through.
        is_empty: whether it is wholly transparent, so that it need not be drawn.
    """

    texture: Any
    framebuffer: Any
    is_opaque: bool
    is_empty: bool


class PlatePass:
    """Belongs to the thread of its OpenGL context. Textures are made when they are first needed, and never in a frame."""

    def __init__(self, gl: Any, size: int) -> None:
        """Nothing is behind the head yet.

        Args:
            size: side of the frames, pixels.
        """
        self._gl = gl
        self._size = size
        self._program = gl.program(SCREEN_VERTEX, MIX_FRAGMENT)
        self._program["before"].value = 0
        self._program["after"].value = 1
        self._corners = gl.buffer(np.array([-1, -1, 3, -1, -1, 3], np.float32).tobytes())
        self._screen = gl.vertex_array(self._program, [(self._corners, "2f", "corner")])
        self._shown = self._texture()
        self._spare: Plate | None = None  # what `upload` wrote
        self._before: Plate | None = None  # while one fades out
        self._mixed: Plate | None = None
        self._is_fading = False
        self._began_s: float | None = None  # None: with the next frame

    def upload(self, picture: NDArray[np.uint8] | None) -> Iterator[None]:
        """Copy the next plate, a band of it a step; it is shown by `cut` or `fade` afterwards.

        Args:
            picture: (size, size, 4) uint8, opaque, top row first; None = transparent.
        """
        spare = self._spare = self._spare or self._texture()
        yield
        if picture is None:
            spare.framebuffer.clear(0.0, 0.0, 0.0, 0.0)
        else:
            rows = max(1, BAND_BYTES // (4 * self._size))
            for first in range(0, self._size, rows):
                band = np.ascontiguousarray(picture[first : first + rows])
                spare.texture.write(band, viewport=(0, first, self._size, len(band)))
                yield
        self._spare = spare._replace(is_opaque=picture is not None, is_empty=picture is None)

    def prepare_fade(self) -> Iterator[None]:
        """Make what a fade needs, and draw it once: drivers compile a program at the first drawing."""
        if self._mixed is None:
            self._mixed = self._texture()
            yield
            self._before = self._before or self._texture()
            self._draw(self._before, self._shown, 1.0)
            yield

    def cut(self) -> None:
        """Show what was uploaded from the next frame on."""
        self._swap()
        self._is_fading = False

    def fade(self) -> None:
        """Fade to what was uploaded; `prepare_fade` has ended. A fade that goes on is faded out as it is."""
        assert self._before is not None
        assert self._mixed is not None
        leaving = self._before
        if self._is_fading:
            self._gl.copy_framebuffer(leaving.framebuffer, self._mixed.framebuffer)
            leaving = leaving._replace(is_opaque=self._mixed.is_opaque, is_empty=False)
            self._swap()
        else:
            shown = self._shown
            self._swap()
            # the plate that was shown fades out; the free texture becomes the next one to be uploaded to
            self._spare, leaving = leaving, shown
        self._before = leaving
        self._is_fading, self._began_s = True, None

    def release(self) -> None:
        """Delete its OpenGL objects, where the context outlives it."""
        for plate in (self._shown, self._spare, self._before, self._mixed):
            if plate is not None:
                plate.framebuffer.release()
                plate.texture.release()
        for made in (self._screen, self._corners, self._program):
            made.release()

    @property
    def shown(self) -> Plate:
        """What is behind the head when all fades are over."""
        return self._shown

    def at(self, now_s: float) -> Plate:
        """What is behind the head in a frame.

        Args:
            now_s: as in `RendererEngine.render`.
        """
        if not self._is_fading:
            return self._shown
        assert self._before is not None
        if self._began_s is None:
            self._began_s = now_s
        passed_s = now_s - self._began_s
        if not 0.0 <= passed_s < FADE_S:
            self._is_fading = False
            return self._shown
        make_current(self._gl)  # it is the first that a frame draws, and another engine may have drawn before
        self._mixed = self._draw(self._before, self._shown, ease_in_out(passed_s / FADE_S))
        return self._mixed

    def _swap(self) -> None:
        assert self._spare is not None, "upload has ended"
        self._shown, self._spare = self._spare, self._shown

    def _draw(self, before: Plate, after: Plate, share: float) -> Plate:
        mixed = self._mixed
        assert mixed is not None
        mixed.framebuffer.use()
        self._gl.enable_only(moderngl.NOTHING)
        before.texture.use(0)
        after.texture.use(1)
        self._program["share"].value = share
        self._screen.render()
        return mixed._replace(is_opaque=before.is_opaque and after.is_opaque, is_empty=False)

    def _texture(self) -> Plate:
        texture = self._gl.texture((self._size, self._size), 4)
        texture.repeat_x = texture.repeat_y = False
        framebuffer = self._gl.framebuffer([texture])
        framebuffer.clear(0.0, 0.0, 0.0, 0.0)
        return Plate(texture, framebuffer, is_opaque=False, is_empty=True)
