"""GLSL of the pass that bends, relights and paints over a draft. Must match `composite` of networks/retouch.py, and
`composite_region` of networks/regions.py.
"""

from __future__ import annotations

from typing import Final

#: Bilinear samples around the place, TAPS x TAPS, whose mean is a pixel that is larger than the draft's. Its finest
#: detail is what the pixels around it do not have.
AVERAGED: Final = """
vec4 averaged(vec2 place) {
    vec4 sum = vec4(0.0);
    for (int y = 0; y < TAPS; y++)
        for (int x = 0; x < TAPS; x++)
            sum += texture(draft, place + ((vec2(x, y) + 0.5) / float(TAPS) - 0.5) / side);
    return sum / float(TAPS * TAPS);
}
vec4 sampled(vec2 place, float detail) {
    vec4 sharp = averaged(place);
    if (abs(detail) < 0.01) return sharp;
    vec2 step = 0.5 / vec2(side);      // four means, each half a pixel aside
    vec4 soft = averaged(place + step) + averaged(place - step)
        + averaged(place + vec2(step.x, -step.y)) + averaged(place + vec2(-step.x, step.y));
    return sharp + detail * (sharp - 0.25 * soft);
}
"""

# R. Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 1981, with a = -0.75 as torch has it.
# Sixteen fetches: a software driver fetches a texel in a fraction of the time of a filtered sample.
# No branch at the edges: a software driver computes both sides of one for every pixel.
# The same texels give the picture without its finest detail: a bilinear sample of it through the filter 1 2 1.
BICUBIC: Final = """
const float A = -0.75;
vec4 sampled(vec2 place, float detail) {
    int last = textureSize(draft, 0).x - 1;
    vec2 at = place * float(last + 1) - 0.5;
    vec2 first = floor(at), t = at - first, u = 1.0 - t;
    vec2 w0 = A * t * u * u;
    vec2 w1 = ((A + 2.0) * t - (A + 3.0)) * t * t + 1.0;
    vec2 w2 = ((A + 2.0) * u - (A + 3.0)) * u * u + 1.0;
    vec2 w3 = A * u * t * t;
    ivec4 column = int(first.x) + ivec4(-1, 0, 1, 2), line = int(first.y) + ivec4(-1, 0, 1, 2);
    ivec4 x = clamp(column, 0, last), y = clamp(line, 0, last);
    vec4 is_in_x = vec4(equal(x, column)), is_in_y = vec4(equal(y, line));   // transparent outside
    vec4 wx = vec4(w0.x, w1.x, w2.x, w3.x) * is_in_x, wy = vec4(w0.y, w1.y, w2.y, w3.y) * is_in_y;
    vec4 sx = 0.25 * vec4(u.x, u.x + 1.0, t.x + 1.0, t.x) * is_in_x;
    vec4 sy = 0.25 * vec4(u.y, u.y + 1.0, t.y + 1.0, t.y) * is_in_y;
    vec4 sharp = vec4(0.0), soft = vec4(0.0);
    for (int k = 0; k < 4; k++) {
        vec4 a = texelFetch(draft, ivec2(x.x, y[k]), 0), b = texelFetch(draft, ivec2(x.y, y[k]), 0);
        vec4 c = texelFetch(draft, ivec2(x.z, y[k]), 0), d = texelFetch(draft, ivec2(x.w, y[k]), 0);
        sharp += (a * wx.x + b * wx.y + c * wx.z + d * wx.w) * wy[k];
        soft += (a * sx.x + b * sx.y + c * sx.z + d * sx.w) * sy[k];
    }
    return sharp + detail * (sharp - soft);
}
"""

NO_REGION: Final = "vec4 with_region(vec2 at, vec4 below) { return below; }\n"

#: A region's picture over the form network's, within its crop.
REGION: Final = """
uniform sampler2D region_bend;    // atlas of half the crops' size: flow (pixels of the crop), gain red and green
uniform sampler2D region_light;   // gain blue, bias
uniform sampler2D region_paint;   // atlas of the crops' size: straight colour, mask
uniform sampler2D region_blend;
uniform mat3x2 crop;              // picture heights from the centre -> pixels of the crop
uniform mat2 uncrop;              // pixels of the crop -> picture heights
uniform vec2 size;                // of the crop
uniform vec2 atlas_at;            // first pixel of the crop in the atlas
uniform float region_share;
vec4 with_region(vec2 at, vec4 below) {
    vec2 place = crop * vec3(at - 0.5, 1.0);
    vec2 atlas = vec2(textureSize(region_paint, 0));
    // clamped to the crop's own pixels, so that nothing of its neighbour in the atlas is mixed in
    vec2 full = (atlas_at + clamp(place, vec2(0.5), size - 0.5)) / atlas;
    vec2 half_way = (atlas_at + clamp(place, vec2(1.0), size - 1.0)) / atlas;
    bool is_inside = all(greaterThanEqual(place, vec2(0.0))) && all(lessThanEqual(place, size));
    vec4 a = texture(region_bend, half_way), b = texture(region_light, half_way), p = texture(region_paint, full);
    vec4 made = lit(sampled(at + uncrop * a.xy, 0.0), vec3(a.zw, b.x), b.yzw);
    made.rgb = mix(made.rgb, p.rgb * made.a, p.a);
    return mix(below, made, is_inside ? region_share * texture(region_blend, full).x : 0.0);
}
"""

#: Covers one crop: its corners are those of the crop, pixels.
REGION_VERTEX: Final = """
#version 330
uniform mat2 uncrop;
uniform vec2 origin;      // of the crop, picture heights from the centre
in vec2 corner_px;
void main() { gl_Position = vec4(2.0 * (origin + uncrop * corner_px), 0.0, 1.0); }
"""

#: Cuts a crop out of the draft: bilinear, as training does.
CROP_FRAGMENT: Final = """
#version 330
uniform sampler2D draft;     // premultiplied, transparent outside
uniform mat2 uncrop;
uniform vec2 origin;
uniform vec2 atlas_at;       // first pixel of the crop in the framebuffer
uniform int taps;            // pixels of the draft in one of the crop
out vec4 colour;
void main() {
    vec2 place = gl_FragCoord.xy - atlas_at;
    vec4 sum = vec4(0.0);
    for (int y = 0; y < taps; y++)
        for (int x = 0; x < taps; x++)
            sum += texture(draft, 0.5 + origin + uncrop * (place + (vec2(x, y) + 0.5) / float(taps) - 0.5));
    colour = sum / float(taps * taps);
}
"""

COMPOSITE_FRAGMENT: Final = (
    """
#version 330
uniform sampler2D draft;     // premultiplied, transparent outside
uniform sampler2D bend;      // flow, gain red and green
uniform sampler2D light;     // gain blue, bias
uniform sampler2D far;       // where paint is copied from, detail
uniform sampler2D paint;     // straight
uniform sampler2D cover;     // mask, copied
uniform sampler2D plate;
uniform float share;         // 0: the draft, 1: the network's picture
uniform float side;          // of the frame, pixels
uniform bool has_plate;
uniform bool is_opaque;      // of the plate
out vec4 colour;
"""
    + "%s"
    + """
vec4 lit(vec4 bent, vec3 gain, vec3 bias) {
    bent.a = clamp(bent.a, 0.0, 1.0);
    return vec4(min(max(bent.rgb * gain + bias * bent.a, 0.0), bent.a), bent.a);
}
"""
    + "%s"
    + """
void main() {
    vec2 at = gl_FragCoord.xy / side;
    vec4 a = texture(bend, at), b = texture(light, at);
    vec3 f = texture(far, at).xyz;
    // beyond the frame's edge a person goes on: what is bent from there is the edge again
    vec2 from = clamp(at + share * a.xy, vec2(0.5 / side), vec2(1.0 - 0.5 / side));
    vec4 made = lit(sampled(from, share * f.z), mix(vec3(1.0), vec3(a.zw, b.x), share), share * b.yzw);
    vec2 c = texture(cover, at).xy;
    float mask = share * c.x;
    if (mask > 0.001) {      // a quarter of a level at most
        vec4 p = texture(paint, at);
        vec4 copy = texture(draft, at + f.xy);
        vec3 painted = mix(p.rgb, copy.rgb + (1.0 - copy.a) * p.rgb, c.y);
        made = mix(made, vec4(painted, 1.0) * p.a, mask);
    }
    made = with_region(at, made);
    if (has_plate) made += (1.0 - made.a) * texelFetch(plate, ivec2(gl_FragCoord.xy), 0);
    if (is_opaque) colour = made;
    else {                   // in steps of a byte first, as the head engine's framebuffer has it
        vec4 m = floor(made * 255.0 + 0.5) / 255.0;
        colour = m.a > 0.0 ? vec4(m.rgb / m.a, m.a) : vec4(0.0);
    }
}
"""
)
