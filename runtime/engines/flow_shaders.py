"""GLSL of the pass that draws how the head has moved since an earlier Motion."""

from __future__ import annotations

from typing import Final

from runtime.engines.head_shaders import MOVE

FLOW_VERTEX: Final = (
    MOVE
    + """
uniform mat4 earlier_view_projection;
uniform vec3 earlier_turn;
uniform vec3 earlier_shift;
uniform float earlier_scale;
uniform float whole;         // 1: the mesh turns with the whole head, whatever `follow` says
in vec3 position;            // deformed as in the frame
in vec3 earlier;             // deformed as in the earlier picture
in vec2 uv;
in float follow;
out vec4 now;                // clip coordinates
out vec4 then;
out vec2 at;

// As `moved`, of the earlier Motion.
vec3 earlier_moved(vec3 place, float share_of_turn) {
    vec3 q = (to_rest * vec4(place, 1.0)).xyz - pivot;
    vec3 w = earlier_turn * share_of_turn;
    float angle = length(w);
    if (angle >= 1e-6) {
        vec3 k = w / angle;
        float c = cos(angle), s = sin(angle);
        q = q * c + cross(k, q) * s + k * dot(k, q) * (1.0 - c);
    }
    float share = mix(body_share, 1.0, share_of_turn);
    return pivot + q * mix(1.0, earlier_scale, share) + earlier_shift * share;
}

void main() {
    float share = max(follow, whole);
    at = uv;
    now = place(position, share);
    then = earlier_view_projection * vec4(earlier_moved(earlier, share), 1.0);
    gl_Position = now;
}
"""
)

FLOW_FRAGMENT: Final = """
#version 330
uniform sampler2D picture;
uniform float cut;           // 1: transparent texels of the picture are left out
in vec4 now;
in vec4 then;
in vec2 at;
out vec4 flow;               // shift x, y in sides of the frame; 0; 1 = a mesh is here
void main() {
    if (cut > 0.5 && texture(picture, at).a < 0.5) discard;
    flow = vec4(0.5 * (then.xy / then.w - now.xy / now.w), 0.0, 1.0);
}
"""

# One direction of a soft average of the shifts around, weighted by whether a mesh is there; the second direction puts the
# meshes' own shifts over it.
SPREAD_FRAGMENT: Final = """
#version 330
uniform sampler2D drawn;
uniform sampler2D half_way;  // the average along x
uniform float side;          // pixels
uniform vec2 along;
out vec4 flow;
const int REACH = 10;         // every second pixel: the textures are read between two
const float STEP = 2.0;
void main() {
    vec2 here = gl_FragCoord.xy / side;
    vec4 sum = vec4(0.0);
    float weights = 0.0;
    for (int k = -REACH; k <= REACH; k++) {
        float weight = exp(-0.5 * float(k * k) / 16.0);
        vec2 at = here + along * float(k) * STEP / side;
        vec4 one = along.x > 0.5 ? texture(drawn, at) : texture(half_way, at);
        // the first direction sums shift x weight; so does the second
        sum += weight * (along.x > 0.5 ? vec4(one.xy * one.w, 0.0, one.w) : one);
        weights += weight;
    }
    sum /= weights;
    if (along.x > 0.5) { flow = sum; return; }
    vec4 own = texture(drawn, here);
    // Near a mesh the average is whole, so that what the head uncovers is bent with it and does not show the head again;
    // further away it fades out.
    vec2 around = sum.xy / max(sum.w, 0.04);
    flow = vec4(mix(around, own.xy, own.w), 0.0, 1.0);
}
"""
