"""GLSL of the `head` engine. Colours are sRGB throughout: blending a picture with itself changes nothing."""

from __future__ import annotations

from typing import Final

# Every mesh moves the same way: rest position -> share of the head's turn, shift and scale -> view.
_MOVE: Final = """
#version 330
uniform mat4 to_rest;        // head space to rest space; identity for meshes already there
uniform mat4 view_projection;
uniform vec3 pivot;          // rest space
uniform vec3 turn;           // rotation vector of the head against the portrait
uniform vec3 shift;
uniform float scale;
uniform float body_share;    // how much of shift and scale the body takes

vec4 place(vec3 position, float follow) {
    vec3 q = (to_rest * vec4(position, 1.0)).xyz - pivot;
    vec3 w = turn * follow;
    float angle = length(w);
    if (angle > 1e-6) {      // Rodrigues
        vec3 k = w / angle;
        float c = cos(angle), s = sin(angle);
        q = q * c + cross(k, q) * s + k * dot(k, q) * (1.0 - c);
    }
    float share = mix(body_share, 1.0, follow);
    return view_projection * vec4(pivot + q * mix(1.0, scale, share) + shift * share, 1.0);
}
"""

TEXTURED_VERTEX: Final = (
    _MOVE
    + """
in vec3 position;
in vec2 uv;
in float follow;
out vec2 at;
void main() { at = uv; gl_Position = place(position, follow); }
"""
)

TEXTURED_FRAGMENT: Final = """
#version 330
uniform sampler2D picture;
in vec2 at;
out vec4 colour;
void main() {
    colour = texture(picture, at);          // premultiplied
    if (colour.a < 0.004) discard;
}
"""

TINTED_VERTEX: Final = (
    _MOVE
    + """
in vec3 position;
in float follow;
in vec4 tint;                               // premultiplied
out vec4 shade;
void main() { shade = tint; gl_Position = place(position, follow); }
"""
)

TINTED_FRAGMENT: Final = """
#version 330
in vec4 shade;
out vec4 colour;
void main() {
    colour = shade;
    if (colour.a < 0.02) discard;
}
"""

SHADED_VERTEX: Final = (
    _MOVE
    + """
in vec3 position;
in vec3 tint;
out vec3 shade;
void main() { shade = tint; gl_Position = place(position, 1.0); }
"""
)

SHADED_FRAGMENT: Final = """
#version 330
uniform float light;                        // rises as the mouth opens and lets light in
in vec3 shade;
out vec4 colour;
void main() { colour = vec4(shade * light, 1.0); }
"""

EYE_VERTEX: Final = (
    _MOVE
    + """
uniform vec3 centre;                        // head space
in vec3 position;
out vec3 direction;
uniform vec3 inwards;                       // head space: lids win over a ball that only just touches them
void main() {
    direction = position - centre;
    gl_Position = place(position, 1.0);
    vec4 behind = place(position + inwards, 1.0);
    gl_Position.z = behind.z / behind.w * gl_Position.w;
}
"""
)

EYE_FRAGMENT: Final = """
#version 330
uniform sampler2D sclera;                   // front view of the whole ball
uniform sampler2D iris;                     // a disc, premultiplied
uniform mat3 unturn;                        // head space to the turned eye's own space
uniform float iris_sine;                    // sine of the iris' half angle
in vec3 direction;
out vec4 colour;
void main() {
    vec3 n = normalize(direction);
    vec3 ball = texture(sclera, n.xy * 0.5 + 0.5).rgb;
    vec3 e = unturn * n;
    vec2 at = e.xy / iris_sine;             // 1 at the limbus
    vec4 disc = e.z > 0.0 ? texture(iris, at * 0.4 + 0.5) : vec4(0.0);
    colour = vec4(disc.rgb + ball * (1.0 - disc.a), 1.0);
}
"""

SCREEN_VERTEX: Final = """
#version 330
in vec2 corner;
out vec2 at;
void main() { at = corner * 0.5 + 0.5; gl_Position = vec4(corner, 0.0, 1.0); }
"""

# Softens stair-steps along contrast edges, then leaves premultiplied alpha.
# The edge rule is Lottes, FXAA (NVIDIA, 2009), reduced to its directional blur.
FINISH_FRAGMENT: Final = """
#version 330
uniform sampler2D drawn;                    // premultiplied
in vec2 at;
out vec4 colour;
float luma(vec4 c) { return dot(c.rgb, vec3(0.299, 0.587, 0.114)) + c.a * 0.5; }
void main() {
    ivec2 p = ivec2(gl_FragCoord.xy);
    vec4 m = texelFetch(drawn, p, 0);
    float lm = luma(m);
    float nw = luma(texelFetchOffset(drawn, p, 0, ivec2(-1, -1)));
    float ne = luma(texelFetchOffset(drawn, p, 0, ivec2(1, -1)));
    float sw = luma(texelFetchOffset(drawn, p, 0, ivec2(-1, 1)));
    float se = luma(texelFetchOffset(drawn, p, 0, ivec2(1, 1)));
    float low = min(lm, min(min(nw, ne), min(sw, se)));
    float high = max(lm, max(max(nw, ne), max(sw, se)));
    if (high - low > max(0.08, high * 0.2)) {
        vec2 way = vec2(-((nw + ne) - (sw + se)), (nw + sw) - (ne + se));
        float reach = 1.0 / (min(abs(way.x), abs(way.y)) + max((nw + ne + sw + se) * 0.03125, 0.0078));
        vec2 size = vec2(textureSize(drawn, 0));
        way = clamp(way * reach, -4.0, 4.0) / size;
        vec2 c = gl_FragCoord.xy / size;
        vec4 near = 0.5 * (texture(drawn, c - way / 6.0) + texture(drawn, c + way / 6.0));
        vec4 wide = near * 0.5 + 0.25 * (texture(drawn, c - way * 0.5) + texture(drawn, c + way * 0.5));
        float lw = luma(wide);
        m = (lw < low || lw > high) ? near : wide;
    }
    colour = m.a > 0.0 ? vec4(m.rgb / m.a, m.a) : vec4(0.0);
}
"""
