"""GLSL of the passes: geometry, shadow map, averaging of the supersampled picture, ink lines and copying."""

from __future__ import annotations

from typing import Final

from studio.camera import FAR, NEAR
from studio.shaders.shading import FILM
from studio.shaders.uniform_blocks import SCENE_FIELDS, block_source

VERTEX: Final = (
    "#version 330\n"
    + block_source("Scene", SCENE_FIELDS)
    + """
in vec3 position;
in vec3 normal;
in vec2 uv;
in float part;
in vec3 rest;
in float sky;
out vec3 seen;        // camera space
out vec3 seen_normal;
out vec2 at;
out vec3 place;
out float open_sky;
flat out float of_part;
void main() {
    vec4 p = to_camera * vec4(position, 1.0);
    seen = p.xyz;
    seen_normal = mat3(to_camera) * normal;
    at = uv;
    place = rest;
    open_sky = sky;
    of_part = part;
    gl_Position = to_clip * p;
}
"""
)

#: The shadow map: depth from the key light.
SHADOW_VERTEX: Final = """
#version 330
uniform mat4 to_light;
in vec3 position;
void main() { gl_Position = to_light * vec4(position, 1.0); }
"""
SHADOW_FRAGMENT: Final = """
#version 330
void main() {}
"""

#: One triangle over the whole picture, for passes that read a picture.
SCREEN: Final = """
#version 330
out vec2 at;
void main() {
    at = vec2(gl_VertexID == 1 ? 2.0 : 0.0, gl_VertexID == 2 ? 2.0 : 0.0);
    gl_Position = vec4(2.0 * at - 1.0, 0.0, 1.0);
}
"""

_FOUR: Final = """
vec4 mean_at(vec2 p) {
    vec4 sum = texture(large, p + vec2(spread, spread)) + texture(large, p - vec2(spread, spread));
    return 0.25 * (sum + texture(large, p + vec2(spread, -spread)) + texture(large, p + vec2(-spread, spread)));
}
"""
_ONE: Final = "vec4 mean_at(vec2 p) { return texture(large, p); }\n"
_INK: Final = (
    block_source("Scene", SCENE_FIELDS)
    + f"const float NEAR = {NEAR}, FAR = {FAR};\n"
    + """
uniform sampler2D depths;       // of the large colour
uniform float ink;              // line width, as a share of the picture
float distance_of(float depth) { return FAR * NEAR / (FAR - depth * (FAR - NEAR)); }
float depth_at(vec2 where) { return distance_of(texture(depths, where).r); }
float step_at(vec2 where) {
    ivec2 size = textureSize(depths, 0);
    return distance_of(texelFetch(depths, clamp(ivec2(where * vec2(size)), ivec2(0), size - 1), 0).r);
}
// Ink lines at depth edges, in the darkened colour of the nearer surface; and screen-space contact shadows on surfaces
// just behind a nearer one: hair on foreheads, lids on eyes.
vec3 inked(vec3 c, float alpha) {
    if (alpha < 0.05) return c;
    float here = depth_at(at), line = 0.0;
    for (int i = 0; i < 4; ++i) {
        float angle = 0.3927 + 0.785398 * float(i);
        // unequal distances, so that lines fade in
        vec2 way = ink * (0.55 + 0.27 * float(i)) * vec2(cos(angle), sin(angle));
        float before = depth_at(at - way) - here, after = depth_at(at + way) - here;
        // on a slope the two depth differences cancel
        line += smoothstep(0.45, 1.0, max(before, after) + 0.8 * min(min(before, after), 0.0));
    }
    vec2 light = 0.5 * to_clip[0][0] / here * normalize(vec2(0.6 * key_direction.x, max(key_direction.y, 0.5)));
    // require a depth edge, not a slope
    float gap = here - step_at(at + 0.6 * light), middle = here - step_at(at + 0.3 * light);
    float shadow = smoothstep(0.75, 0.95, gap) * smoothstep(0.75, 0.9, max(middle, gap - middle) / max(gap, 0.1));
    c *= mix(vec3(1.0), vec3(0.90, 0.78, 0.82), shadow);
    return mix(c, c * c * vec3(0.50, 0.38, 0.44), clamp(line * 0.5, 0.0, 1.0));
}
"""
)
_FINISH: Final = {"real": "exposed(%s)", "anime": "inked(plain(%s), mean.a)", "clay": "plain(%s)"}


def average_source(style: str, *, four: bool) -> str:
    """The fragment shader that averages the supersampled colour and tone maps it; straight alpha.

    Args:
        style: real, anime or clay.
        four: average four bilinear samples, for sizes where an output pixel's centre is not between four samples.
    """
    return (
        "#version 330\nuniform sampler2D large;\nuniform float spread;\nin vec2 at;\nout vec4 colour;\n"
        + (_FOUR if four else _ONE)
        + FILM
        + (_INK if style == "anime" else "")
        + "void main() {\n    vec4 mean = mean_at(at);\n    vec3 c = mean.rgb / max(mean.a, 1e-4);\n"
        + f"    colour = vec4({_FINISH[style] % 'c'}, mean.a);\n}}\n"
    )


#: Copies a picture, scaled bilinearly.
COPY_FRAGMENT: Final = """
#version 330
uniform sampler2D large;
in vec2 at;
out vec4 colour;
void main() { colour = texture(large, at); }
"""
