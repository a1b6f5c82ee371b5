"""Backgrounds: out-of-focus scenery behind a head, generated from a seed."""

from __future__ import annotations

from typing import Any, Final

import moderngl
import numpy as np

from studio.camera import StudioCamera
from studio.lights import light_of
from studio.seeds import random_of
from studio.shaders.passes import SCREEN

_FRAGMENT: Final = """
#version 330
uniform vec4 colours[4];
uniform vec2 choice;        // kind, seed
uniform vec2 shift;         // parallax: moves with the camera's direction
in vec2 at;
out vec4 colour;

float chance(float n) { return fract(sin(n * 78.233 + choice.y) * 43758.5453); }
float box(vec2 p, vec2 middle, vec2 half_size, float blur) {
    vec2 d = smoothstep(vec2(blur), vec2(-blur), abs(p - middle) - half_size);
    return d.x * d.y;
}
float disc(vec2 p, vec2 middle, float radius, float blur) {
    return smoothstep(radius + blur, radius - blur, length(p - middle));
}

void main() {
    vec2 p = at - 0.5 + shift;
    vec3 c = colours[0].rgb;
    if (choice.x < 1.0) {
        c *= 1.0 - 0.30 * dot(p, p);
    } else if (choice.x < 2.0) {
        c = mix(colours[0].rgb, colours[1].rgb, smoothstep(-0.6, 0.6, p.y + 0.3 * p.x * (chance(1.0) - 0.5)));
        c += 0.12 * colours[2].rgb * exp(-4.0 * dot(p - vec2(0.1, 0.05), p - vec2(0.1, 0.05)));
    } else if (choice.x < 3.0) {
        // a room: wall, floor, a window or two, furniture, a lamp
        c = mix(colours[0].rgb * 0.75, colours[0].rgb, smoothstep(-0.6, 0.5, p.y));
        c = mix(c, colours[1].rgb, smoothstep(-0.26, -0.34, p.y + 0.05 * p.x));
        for (int i = 0; i < 5; ++i) {
            float k = float(i) * 3.7;
            vec2 m = vec2(chance(k) * 1.6 - 0.8, -0.32 + 0.28 * chance(k + 0.5));
            vec3 thing = mix(colours[2].rgb, colours[3].rgb, chance(k + 0.7)) * (0.25 + 0.6 * chance(k + 0.9));
            c = mix(c, thing, 0.85 * box(p, m, vec2(0.05 + 0.12 * chance(k + 1.1), 0.08 + 0.22 * chance(k + 1.3)), 0.035));
        }
        vec2 w = vec2(chance(31.0) * 1.1 - 0.55, 0.16);
        float pane = box(p, w, vec2(0.14, 0.21), 0.045);
        pane -= 0.75 * box(p, w, vec2(0.008, 0.21), 0.03) + 0.5 * box(p, w, vec2(0.14, 0.008), 0.03);
        c = mix(c, vec3(0.92, 0.96, 1.0) * (0.75 + 0.4 * chance(32.0)), clamp(pane, 0.0, 1.0) * step(0.3, chance(33.0)));
        vec2 l = vec2(chance(41.0) * 1.3 - 0.65, 0.0 + 0.3 * chance(42.0));
        float shine = 0.55 * disc(p, l, 0.045, 0.03) + 0.25 * exp(-14.0 * length(p - l));
        c += vec3(1.0, 0.72, 0.40) * shine * step(0.4, chance(43.0));
    } else {
        // out-of-focus lights
        c = mix(colours[0].rgb * 0.35, colours[1].rgb * 0.55, smoothstep(-0.5, 0.5, p.y));
        for (int i = 0; i < 14; ++i) {
            float k = float(i) * 5.3;
            vec2 m = vec2(chance(k) * 1.5 - 0.75, chance(k + 0.3) * 1.2 - 0.6);
            vec3 lamp = mix(colours[2].rgb, colours[3].rgb, chance(k + 0.6)) * 1.2 + 0.1;
            c += lamp * 0.30 * disc(p, m, 0.03 + 0.05 * chance(k + 0.8), 0.010);
        }
    }
    // dither below one 8-bit step, so that wide gradients show no bands
    float grain = fract(sin(dot(gl_FragCoord.xy, vec2(12.9898, 78.233))) * 43758.5453) - 0.5;
    colour = vec4(pow(clamp(c, 0.0, 1.0), vec3(1.0 / 2.2)) + grain * 0.006, 1.0);
}
"""
#: Linear RGB colours of backgrounds of the styles real and clay, and of anime.
_WALLS: Final = np.array(
    [(0.30, 0.32, 0.34), (0.48, 0.44, 0.38), (0.16, 0.21, 0.27), (0.32, 0.22, 0.17), (0.20, 0.26, 0.20),
     (0.55, 0.56, 0.58), (0.10, 0.10, 0.12), (0.34, 0.24, 0.28)], np.float32
)  # fmt: skip
_BRIGHT: Final = np.array(
    [(0.45, 0.72, 0.90), (0.95, 0.62, 0.68), (0.98, 0.82, 0.45), (0.58, 0.85, 0.70), (0.72, 0.62, 0.92),
     (0.92, 0.92, 0.90)], np.float32
)  # fmt: skip


class BackgroundDrawing:
    """Draws backgrounds; used by the thread of its OpenGL context."""

    def __init__(self, gl: Any) -> None:
        self._program = gl.program(SCREEN, _FRAGMENT)
        self._array = gl.vertex_array(self._program, [])

    def draw(self, seed: int, style: str, camera: StudioCamera) -> None:
        """Fill the bound framebuffer with background `seed`; in style anime it is one colour or a gradient."""
        random = random_of("background", seed)
        draws = random.uniform(size=16)
        anime = style == "anime"
        kind = (
            (0.0 if draws[0] < 0.6 else 1.0)
            if anime
            else float(np.searchsorted((0.15, 0.40, 0.82), draws[0]))
        )
        table = _BRIGHT if anime else _WALLS
        chosen = table[(draws[1:5] * len(table)).astype(int)] * (0.75 + 0.5 * draws[5:9, None])
        if not anime:
            light = light_of(seed)
            chosen = chosen * (0.55 + 0.45 * light.key[1] / light.key[1].max())
        self._program["colours"].write(
            np.concatenate([chosen, np.ones((4, 1))], 1).astype(np.float32).tobytes()
        )
        self._program["choice"].value = (kind, float(draws[9] * 40.0))
        forward = camera.world_to_camera[2, :3]
        self._program["shift"].value = (0.35 * float(forward[0]), -0.35 * float(forward[1]))
        self._array.render(moderngl.TRIANGLES, vertices=3)
