"""The studio's GLSL: what every pass shares."""

from __future__ import annotations

from typing import Final

from training.studio.blocks import SCENE_FIELDS, block_source
from training.studio.shaders_styles import FILM

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

#: Depth alone, from the key light.
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

#: One triangle over the whole picture, for passes that only look at a picture.
SCREEN: Final = """
#version 330
out vec2 at;
void main() {
    at = vec2(gl_VertexID == 1 ? 2.0 : 0.0, gl_VertexID == 2 ? 2.0 : 0.0);
    gl_Position = vec4(2.0 * at - 1.0, 0.0, 1.0);
}
"""

#: Between four pixels linear filtering is their average; then light becomes a picture, straight in its alpha.
AVERAGE_FRAGMENT: Final = (
    """
#version 330
uniform sampler2D large;
uniform float exposed;          // 0 where colours are as they are drawn
in vec2 at;
out vec4 colour;
"""
    + FILM
    + """
void main() {
    vec4 mean = texture(large, at);
    if (mean.a > 0.0) mean.rgb = developed(mean.rgb / mean.a);
    colour = mean;
}
"""
)
