"""PastePass: puts LivePortrait's picture into the frame: its square, softly bounded, over the portrait at rest.

paste = PastePass(gl, size=512)
paste.write_picture(pixels)                                    # (S, S, 4) uint8, when there is a new one
paste.draw(base, draft, plate, crop, keeps_background=False)
paste.target.read_into(pixels, components=4)

Where the portrait's own background is kept, the square is taken as it is. Else the person is cut out of it by the alpha of
the head engine's picture of the same Motion.
"""

from __future__ import annotations

from typing import Any, Final

import moderngl
import numpy as np
from numpy.typing import NDArray

from runtime.engines.head_shaders import SCREEN_VERTEX

#: Share of the square's side over which its border fades.
SOFT: Final = 0.08
_BASE, _DRAFT, _PICTURE, _PLATE, _SHIFTS = 0, 1, 2, 3, 4

_FRAGMENT: Final = """
#version 330
uniform sampler2D base;      // the portrait at rest, premultiplied, without background; top row first, as all here
uniform sampler2D draft;     // the head engine's picture of the picture's Motion, premultiplied, without background
uniform sampler2D picture;   // LivePortrait's
uniform sampler2D plate;     // the background
uniform sampler2D shifts;    // where in `draft` and `picture` each place of the frame is seen, less the place itself
uniform bool has_plate;
uniform bool has_shifts;
uniform bool keeps;          // whether the background inside the square is LivePortrait's
uniform float side;          // of the frame, pixels
uniform vec3 crop;           // centre and side of the square, frame heights, from the centre, y down
uniform float soft;
out vec4 colour;

void main() {
    vec2 at = gl_FragCoord.xy / side;
    vec2 place = (at - 0.5 - crop.xy) / crop.z + 0.5;
    vec2 edge = smoothstep(0.0, soft, min(place, 1.0 - place));
    float share = edge.x * edge.y;
    vec2 source = at;
    if (has_shifts) {
        source += share * texture(shifts, at).xy;
        place = (source - 0.5 - crop.xy) / crop.z + 0.5;
    }
    vec4 behind = has_plate ? texture(plate, at) : vec4(0.0);
    vec4 outside = texture(base, at);
    vec3 seen = texture(picture, place).rgb;
    vec4 inside = vec4(seen, 1.0);
    if (!keeps) inside *= texture(draft, source).a;
    vec4 made = mix(outside + behind * (1.0 - outside.a), inside + behind * (1.0 - inside.a), share);
    colour = vec4(made.a > 0.0 ? made.rgb / made.a : vec3(0.0), made.a);
}
"""


class PastePass:
    """Program, textures and target of one OpenGL context; used from its thread.

    Attributes:
        target: framebuffer of the finished frame, straight alpha, top row first.
    """

    def __init__(self, gl: Any, size: int) -> None:
        """Compile and allocate.

        Args:
            size: side of the frames, pixels.
        """
        self._gl = gl
        self._program = gl.program(SCREEN_VERTEX, _FRAGMENT)
        names = {"base": _BASE, "draft": _DRAFT, "picture": _PICTURE, "plate": _PLATE, "shifts": _SHIFTS}
        for name, unit in names.items():
            self._program[name].value = unit
        self._program["side"].value = float(size)
        self._program["soft"].value = SOFT
        corners = np.array([-1, -1, 3, -1, -1, 3], np.float32)
        self._screen = gl.vertex_array(self._program, [(gl.buffer(corners.tobytes()), "2f", "corner")])
        self.target = gl.framebuffer([gl.renderbuffer((size, size), 4)])
        self._picture: Any = None

    def write_picture(self, pixels: NDArray[np.uint8]) -> None:
        """Upload LivePortrait's picture (S, S, 4) uint8, top row first; alpha is not read."""
        side = len(pixels)
        if self._picture is None or self._picture.width != side:
            if self._picture is not None:
                self._picture.release()
            self._picture = self._gl.texture((side, side), 4)
            self._picture.filter = (moderngl.LINEAR, moderngl.LINEAR)
            self._picture.repeat_x = self._picture.repeat_y = False
        self._picture.write(pixels)

    def draw(
        self,
        base: Any,
        draft: Any,
        plate: Any,
        crop: NDArray[np.float32],
        *,
        keeps_background: bool,
        shifts: Any = None,
    ) -> None:
        """Draw a frame into `target`; a picture has been written.

        Args:
            base: texture of the portrait at rest. draft: texture whose alpha cuts the person out.
            plate: texture of the background in the frame's size, or None for a transparent one.
            crop: (3,) centre x, y and side of the square, picture heights from the centre, y down.
            keeps_background: whether the portrait's own background is shown.
            shifts: texture of `FlowPass` where the picture is of an earlier Motion; None = it is of this one.
        """
        self.target.use()
        self._gl.enable_only(moderngl.NOTHING)
        base.use(_BASE)
        draft.use(_DRAFT)
        self._picture.use(_PICTURE)
        if plate is not None:
            plate.use(_PLATE)
        if shifts is not None:
            shifts.use(_SHIFTS)
        self._program["has_plate"].value = plate is not None
        self._program["has_shifts"].value = shifts is not None
        self._program["keeps"].value = keeps_background
        self._program["crop"].value = tuple(float(v) for v in crop)
        self._screen.render()
