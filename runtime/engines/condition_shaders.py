"""GLSL of the pass that draws the pictures of conditions."""

from __future__ import annotations

from typing import Final

from runtime.engines.head_shaders import MOVE

CONDITION_VERTEX: Final = (
    MOVE
    + """
uniform mat4 view;           // rest space to the frame's camera space
uniform mat4 projection;
uniform float whole;         // 1: the mesh turns with the whole head, whatever `follow` says
in vec3 position;            // as it is drawn
in vec3 still;               // as in the neutral head
in vec2 uv;
in float follow;
out vec3 seen;
out vec3 shown;
out vec2 at;
void main() {
    vec4 placed = view * vec4(moved(position, max(follow, whole)), 1.0);
    seen = placed.xyz;
    shown = (to_rest * vec4(still, 1.0)).xyz;
    at = uv;
    gl_Position = projection * placed;
}
"""
)

# Normals from screen-space derivatives: they follow the expression, and need no normals of vertices.
CONDITION_FRAGMENT: Final = """
#version 330
uniform sampler2D picture;
uniform float cut;           // 1: transparent texels of the picture are left out
uniform float label;
in vec3 seen;
in vec3 shown;
in vec2 at;
layout(location = 0) out vec4 target;
layout(location = 1) out vec4 portrait;
void main() {
    if (cut > 0.5 && texture(picture, at).a < 0.5) discard;
    vec3 now = cross(dFdx(seen), dFdy(seen));
    float side = dot(now, seen) > 0.0 ? -1.0 : 1.0;        // towards the camera
    vec3 then = side * cross(dFdx(shown), dFdy(shown));
    now = normalize(side * now + vec3(0.0, 0.0, 1e-20));
    then = normalize(then + vec3(0.0, 0.0, 1e-20));
    target = vec4(now * 0.5 + 0.5, label);
    portrait = vec4(then * 0.5 + 0.5, max(dot(then, normalize(-shown)), 0.0));
}
"""

# Averages a block of the full picture for every pixel: `taps` x `taps` bilinear samples.
SHRINK_FRAGMENT: Final = """
#version 330
uniform sampler2D drawn;
uniform int taps;
uniform float side;          // of the small picture
out vec4 colour;
void main() {
    vec4 sum = vec4(0.0);
    for (int y = 0; y < taps; y++)
        for (int x = 0; x < taps; x++)
            sum += texture(drawn, (floor(gl_FragCoord.xy) + (vec2(x, y) + 0.5) / float(taps)) / side);
    colour = sum / float(taps * taps);
}
"""
