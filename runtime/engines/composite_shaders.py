"""GLSL of the pass that bends, relights and paints over a draft. Must match networks/retouch.py `composite`."""

from __future__ import annotations

from typing import Final

#: Bilinear samples around the place, TAPS x TAPS, whose mean is a pixel that is larger than the draft's.
AVERAGED: Final = """
vec4 sampled(vec2 place) {
    vec4 sum = vec4(0.0);
    for (int y = 0; y < TAPS; y++)
        for (int x = 0; x < TAPS; x++)
            sum += texture(draft, place + ((vec2(x, y) + 0.5) / float(TAPS) - 0.5) / side);
    return sum / float(TAPS * TAPS);
}
"""

# R. Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 1981, with a = -0.75 as torch has it.
# The two middle weights have one sign, so that one bilinear sample gives both: nine samples instead of sixteen.
BICUBIC: Final = """
const float A = -0.75;
vec4 sampled(vec2 place) {
    float texels = float(textureSize(draft, 0).x);
    vec2 at = place * texels - 0.5;
    vec2 first = floor(at), t = at - first, u = 1.0 - t;
    vec2 w0 = A * t * u * u;
    vec2 w3 = A * u * t * t;
    vec2 w1 = ((A + 2.0) * t - (A + 3.0)) * t * t + 1.0;
    vec2 w2 = ((A + 2.0) * u - (A + 3.0)) * u * u + 1.0;
    vec2 w = w1 + w2;
    vec2 p0 = (first - 0.5) / texels, p1 = (first + 0.5 + w2 / w) / texels, p3 = (first + 2.5) / texels;
    vec4 sum = texture(draft, p1) * w.x * w.y;
    sum += (texture(draft, vec2(p0.x, p1.y)) * w0.x + texture(draft, vec2(p3.x, p1.y)) * w3.x) * w.y;
    sum += (texture(draft, vec2(p1.x, p0.y)) * w0.y + texture(draft, vec2(p1.x, p3.y)) * w3.y) * w.x;
    sum += (texture(draft, p0) * w0.x + texture(draft, vec2(p3.x, p0.y)) * w3.x) * w0.y;
    sum += (texture(draft, vec2(p0.x, p3.y)) * w0.x + texture(draft, p3) * w3.x) * w3.y;
    return sum;
}
"""

COMPOSITE_FRAGMENT: Final = (
    """
#version 330
uniform sampler2D draft;     // premultiplied, transparent outside
uniform sampler2D bend;      // flow, gain red and green
uniform sampler2D light;     // gain blue, bias
uniform sampler2D far;       // where paint is copied from
uniform sampler2D paint;     // straight
uniform sampler2D cover;     // mask, copied
uniform sampler2D plate;
uniform float share;         // 0: the draft, 1: the network's picture
uniform float side;          // of the frame, pixels
uniform bool has_plate;
out vec4 colour;
"""
    + "%s"
    + """
void main() {
    vec2 at = gl_FragCoord.xy / side;
    vec4 a = texture(bend, at), b = texture(light, at);
    vec4 bent = sampled(at + share * a.xy);
    bent.a = clamp(bent.a, 0.0, 1.0);
    vec3 lit = bent.rgb * mix(vec3(1.0), vec3(a.zw, b.x), share) + share * b.yzw * bent.a;
    vec4 made = vec4(min(max(lit, 0.0), bent.a), bent.a);
    vec2 c = texture(cover, at).xy;
    float mask = share * c.x;
    if (mask > 0.001) {      // a quarter of a level at most
        vec4 p = texture(paint, at);
        vec4 copy = texture(draft, at + texture(far, at).xy);
        vec3 painted = mix(p.rgb, copy.rgb + (1.0 - copy.a) * p.rgb, c.y);
        made = mix(made, vec4(painted, 1.0) * p.a, mask);
    }
    if (has_plate) {
        vec4 behind = texelFetch(plate, ivec2(gl_FragCoord.xy), 0);
        colour = made + (1.0 - made.a) * behind;
    } else {                 // in steps of a byte first, as the head engine's framebuffer has it
        vec4 m = floor(made * 255.0 + 0.5) / 255.0;
        colour = m.a > 0.0 ? vec4(m.rgb / m.a, m.a) : vec4(0.0);
    }
}
"""
)
