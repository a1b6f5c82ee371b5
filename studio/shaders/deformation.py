"""GLSL of the vertex deformation: expressions, eyes, anime proportions, and the head's rotation on the neck."""

from __future__ import annotations

from typing import Final

#: The head's pose with the neck's falloff, and the warp to anime proportions.
POSE: Final = """
uniform vec3 eye_centre[2];
uniform vec3 pivot;
uniform vec3 turn;              // axis times angle of the head
uniform vec3 shift;
uniform float scale;
uniform vec2 neck;
uniform float drawn;            // 1 for anime proportions

vec3 turned(vec3 v, vec3 axis_angle, float share) {
    float angle = length(axis_angle);
    if (angle < 1e-6) return v;
    vec3 k = axis_angle / angle;
    float a = angle * share;
    return v * cos(a) + cross(k, v) * sin(a) + k * dot(k, v) * (1.0 - cos(a));
}

// A smooth one-to-one map of the space around the head, so that nested surfaces stay nested.
vec3 warped(vec3 p) {
    vec3 middle = 0.5 * (eye_centre[0] + eye_centre[1]);
    float low = middle.y - p.y, aside = abs(p.x);
    vec3 q = p;
    // eyes: large, and taller than wide
    float front = smoothstep(middle.z - 5.0, middle.z - 1.5, p.z);
    for (int i = 0; i < 2; ++i) {
        vec2 d = p.xy - eye_centre[i].xy - vec2(0.0, -0.15), r = d * vec2(0.40, 0.45);
        float near = exp(-dot(r, r)) * front, wide = exp(-0.06 * dot(d, d)) * front;
        q.xy += d * (vec2(0.42, 1.70) * near + vec2(0.0, 0.55) * wide);
        q.y -= 0.26 * near;
    }
    // nose: small and flat
    vec2 n = vec2(p.x / 2.2, (low - 3.3) / 2.6);
    float nose = exp(-dot(n, n));
    q.z -= 0.80 * nose * max(p.z - middle.z - 2.2, 0.0);
    q.x -= 0.32 * nose * p.x * front;
    // mouth: small and flat, shut or open
    vec2 m = vec2(p.x / 3.2, (low - 7.0) / (low < 7.0 ? 1.9 : 5.0));
    float mouth = exp(-dot(m, m)) * front;
    q.x -= 0.36 * mouth * p.x;
    q.y -= 0.55 * exp(-m.x * m.x - 0.15 * (low - 7.0) * (low - 7.0)) * front * (low - 7.0 - 0.17 * p.x * p.x);
    q.z -= 0.45 * mouth * max(p.z - middle.z - 1.2, 0.0);
    // ears: small
    q.x -= sign(p.x) * 1.15 * smoothstep(7.2, 9.6, aside) * smoothstep(7.0, 4.0, abs(low - 1.5));
    // jaw: a short face that narrows to a small chin
    float jaw = smoothstep(4.5, 12.0, low) * smoothstep(16.0, 12.0, low) * smoothstep(-2.0, 5.0, p.z);
    q.x *= 1.0 - 0.06 * smoothstep(14.0, 5.0, abs(low)) - 0.31 * jaw * smoothstep(10.5, 6.5, aside);
    // a slender neck, narrow shoulders
    vec2 axis = vec2(0.0, -1.5);
    float slim = 0.24 * smoothstep(7.0, 12.0, low) * smoothstep(20.0, 14.0, low);
    slim = slim * smoothstep(11.0, 6.0, length(p.xz - axis)) + 0.25 * smoothstep(6.0, 19.0, low);
    slim *= mix(1.0, smoothstep(8.0, 3.0, p.z), smoothstep(13.0, 9.0, low));
    q.xz = axis + (q.xz - axis) * (1.0 - slim);
    // flatten the slope under the chin, which would lengthen it, and the corners beside it
    float under = smoothstep(10.9, 13.0, low) * smoothstep(18.0, 14.0, low);
    q.y += 0.8 * under * smoothstep(0.0, 4.0, p.z) * smoothstep(10.5, 7.5, p.z);
    float beside = smoothstep(7.5, 11.0, low) * smoothstep(17.0, 13.0, low);
    q.y += 0.10 * beside * smoothstep(0.3, 4.0, aside) * smoothstep(2.0, 6.0, p.z);
    q.y += 2.7 * smoothstep(4.0, 11.5, low) * smoothstep(36.0, 17.0, low);
    return q;
}

vec3 posed(vec3 p, float share) {
    return pivot + turned(p - pivot, turn, share) * mix(1.0, scale, share) + shift * share;
}

float share_of(vec3 p) { return smoothstep(neck.x, neck.y, p.y); }

// The warp's directional derivative: maps a tangent of the surface.
vec3 warped_along(vec3 p, vec3 at, vec3 direction) { return (warped(p + 0.02 * direction) - at) / 0.02; }
"""

BEND: Final = (
    """
#version 330
uniform sampler2D rows;         // two texels a row: delta and shape, normal
uniform float weights[52];
uniform mat3 eye_turn[2];
uniform float eye_back[2];     // how far the eyeballs are moved back, so that lids close over the cornea
in vec3 base;
in vec3 base_normal;
in ivec3 range;                 // first row, rows, bone
out vec3 position;
out vec3 normal;
"""
    + POSE
    + """
void main() {
    vec3 p = base, n = base_normal;
    for (int i = 0; i < range.y; ++i) {
        int row = 2 * (range.x + i);
        ivec2 at = ivec2(row % 2048, row / 2048);
        vec4 delta = texelFetch(rows, at, 0);
        float w = weights[int(delta.w)];
        if (w != 0.0) {
            p += w * delta.xyz;
            n += w * texelFetch(rows, at + ivec2(1, 0), 0).xyz;
        }
    }
    n = normalize(n);
    if (range.z > 0) {
        mat3 eye = eye_turn[range.z - 1];
        vec3 centre = eye_centre[range.z - 1];
        p = centre + eye * (p - centre) - vec3(0.0, 0.0, eye_back[range.z - 1]);
        n = eye * n;
    }
    float share = share_of(p);
    if (drawn > 0.5) {
        vec3 a = normalize(cross(n, abs(n.y) < 0.9 ? vec3(0.0, 1.0, 0.0) : vec3(1.0, 0.0, 0.0)));
        vec3 b = cross(n, a), at = warped(p);
        n = normalize(cross(warped_along(p, at, a), warped_along(p, at, b)));
        p = at;
    }
    position = posed(p, share);
    normal = turned(n, turn, share);
}
"""
)

WEAR: Final = (
    """
#version 330
uniform sampler3D lattice;      // displacements of the space around the head, from the mean head to this identity
uniform vec3 low;
uniform vec3 high;
in vec3 base;
in vec3 base_normal;
in vec3 base_tangent;
out vec3 position;
out vec3 normal;
out vec3 tangent;
"""
    + POSE
    + """
void main() {
    vec3 cells = vec3(textureSize(lattice, 0));
    vec3 at = (base - low) / (high - low) * (cells - 1.0) + 0.5;
    vec3 p = base + texture(lattice, at / cells).xyz;
    float share = share_of(p);
    if (drawn > 0.5) p = warped(p);
    position = posed(p, share);
    normal = turned(base_normal, turn, share);
    tangent = turned(base_tangent, turn, share);
}
"""
)
