"""GLSL of the pass that adds a network's changes to a draft."""

from __future__ import annotations

from typing import Final

#: A draft of the frame's own resolution.
FETCHED: Final = "vec4 sampled() { return texelFetch(draft, ivec2(gl_FragCoord.xy), 0); }\n"

#: A larger draft: means of TAPS x TAPS texels.
AVERAGED: Final = """
vec4 sampled() {
    ivec2 first = ivec2(gl_FragCoord.xy) * TAPS;
    vec4 sum = vec4(0.0);
    for (int y = 0; y < TAPS; y++)
        for (int x = 0; x < TAPS; x++)
            sum += texelFetch(draft, first + ivec2(x, y), 0);
    return sum / float(TAPS * TAPS);
}
"""

CHANGE_FRAGMENT: Final = """
#version 330
uniform sampler2D draft;     // premultiplied, top row first, as all here
uniform sampler2D clean;     // the network's picture
uniform sampler2D low;       // what it is less by gives the change
uniform sampler2D doubt;
uniform sampler2D shifts;    // where in the three before each place of the frame is seen, less the place itself
uniform sampler2D plate;
uniform float share;         // 0: the draft, 1: with all changes
uniform float side;          // of the frame, pixels
uniform bool has_shifts;
uniform bool has_plate;
uniform bool is_opaque;      // of the plate
out vec4 colour;
SAMPLING
void main() {
    vec2 at = gl_FragCoord.xy / side;
    if (has_shifts) at += texture(shifts, at).xy;
    vec4 own = sampled(), picture = texture(clean, at), seen = texture(low, at);
    // The outline is the draft's: a network tells it to a few of the frame's pixels only, which shows as halos and fringes.
    // So colours are compared as if nothing were transparent, and where either is hardly there nothing is changed.
    float trust = smoothstep(0.25, 0.75, min(picture.a, seen.a));
    vec3 colour_made = picture.rgb / max(picture.a, 0.01);
    vec3 changed = own.rgb + own.a * (colour_made - seen.rgb / max(seen.a, 0.01));
    vec4 made = vec4(mix(own.rgb, mix(changed, own.a * colour_made, texture(doubt, at).x), share * trust), own.a);
    made.rgb = clamp(made.rgb, 0.0, made.a);
    if (has_plate) made += (1.0 - made.a) * texelFetch(plate, ivec2(gl_FragCoord.xy), 0);
    if (is_opaque) colour = made;
    else {                   // in steps of a byte first, as the head engine's framebuffer has it
        vec4 m = floor(made * 255.0 + 0.5) / 255.0;
        colour = m.a > 0.0 ? vec4(m.rgb / m.a, m.a) : vec4(0.0);
    }
}
"""
