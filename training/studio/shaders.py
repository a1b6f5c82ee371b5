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
uniform float exposed;          // 0 where colours are as they are drawn, -1 where it is a picture already
uniform sampler2D truth;        // of the labels: depth in its fourth
uniform float ink;              // how thick lines are, in pictures; 0 for none
uniform float spread;           // of four places in the picture that are averaged; 0 where one lies between four
in vec2 at;
out vec4 colour;
"""
    + FILM
    + """
float depth_at(vec2 where) {
    float depth = texture(truth, where).a;
    return depth > 0.0 ? depth : 1000.0;
}

void main() {
    vec4 mean = texture(large, at);
    if (spread > 0.0) {
        mean = texture(large, at + vec2(spread, spread)) + texture(large, at - vec2(spread, spread));
        mean = 0.25 * (mean + texture(large, at + vec2(spread, -spread)) + texture(large, at + vec2(-spread, spread)));
    }
    if (mean.a > 0.0 && exposed > -0.5) mean.rgb = developed(mean.rgb / mean.a);
    if (ink > 0.0) {
        // a line where something further away begins
        float here = depth_at(at), line = 0.0;
        for (int i = 0; i < 8; ++i) {
            float angle = 0.3927 + 0.785398 * float(i);
            line += smoothstep(0.5, 0.8, depth_at(at + ink * vec2(cos(angle), sin(angle))) - here);
        }
        mean.rgb *= mix(vec3(1.0), vec3(0.22, 0.16, 0.20), clamp(line * 0.40, 0.0, 0.92));
    }
    colour = mean;
}
"""
)
