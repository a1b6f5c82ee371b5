"""The studio's GLSL: what every pass shares, the labels, and the clay look."""

from __future__ import annotations

from typing import Final

VERTEX: Final = """
#version 330
uniform mat4 to_camera;
uniform mat4 to_clip;
in vec3 position;
in vec3 normal;
in vec2 uv;
in float part;
out vec3 seen;        // camera space
out vec3 seen_normal;
out vec2 at;
flat out float of_part;
void main() {
    vec4 p = to_camera * vec4(position, 1.0);
    seen = p.xyz;
    seen_normal = mat3(to_camera) * normal;
    at = uv;
    of_part = part;
    gl_Position = to_clip * p;
}
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

#: Between four pixels linear filtering is their average.
AVERAGE_FRAGMENT: Final = """
#version 330
uniform sampler2D large;
in vec2 at;
out vec4 colour;
void main() { colour = texture(large, at); }
"""

LABEL_FRAGMENT: Final = """
#version 330
in vec3 seen;
in vec3 seen_normal;
flat in float of_part;
layout(location = 0) out vec4 truth;   // normal, depth
layout(location = 1) out float part;
void main() {
    vec3 n = normalize(seen_normal);
    truth = vec4(dot(n, seen) > 0.0 ? -n : n, -seen.z);
    part = of_part / 255.0;
}
"""

CLAY_FRAGMENT: Final = """
#version 330
in vec3 seen;
in vec3 seen_normal;
flat in float of_part;
out vec4 colour;
void main() {
    vec3 n = normalize(seen_normal);
    if (dot(n, seen) > 0.0) n = -n;
    vec3 v = normalize(-seen);
    vec3 key = normalize(vec3(-0.45, 0.6, 0.75)), fill = normalize(vec3(0.8, 0.1, 0.5));
    float light = 0.10 + 0.08 * n.y + 0.62 * max(dot(n, key), 0.0) + 0.20 * max(dot(n, fill), 0.0);
    light += 0.25 * pow(1.0 - max(dot(n, v), 0.0), 3.0) * max(n.y + 0.4, 0.0);
    vec3 h = normalize(key + v);
    light += 0.10 * pow(max(dot(n, h), 0.0), 30.0);
    colour = vec4(pow(vec3(0.74, 0.73, 0.71) * light, vec3(1.0 / 2.2)), 1.0);
}
"""
