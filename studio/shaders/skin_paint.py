"""GLSL that paints a look's skin textures, two tiles side by side; run once for each look."""

from __future__ import annotations

from typing import Final

from studio.shaders.uniform_blocks import LOOK_FIELDS, block_source

#: Mean-head positions over the texture tiles.
PLACE_VERTEX: Final = """
#version 330
in vec2 uv;
in vec3 rest;
out vec3 place;
void main() {
    place = rest;
    gl_Position = vec4(uv.x - 1.0, 2.0 * uv.y - 1.0, 0.0, 1.0);
}
"""
PLACE_FRAGMENT: Final = """
#version 330
in vec3 place;
out vec4 where;
void main() { where = vec4(place, 1.0); }
"""

PAINT_FRAGMENT: Final = (
    """
#version 330
"""
    + block_source("LookBlock", LOOK_FIELDS)
    + """
uniform sampler2D regions_a;    // lips, flush, eyes, beard
uniform sampler2D regions_b;    // scalp, oil, coarse, middle
uniform sampler2D regions_c;    // freckles, fine, veins, wrinkles
uniform sampler2D regions_d;    // moustache, cheeks' share of the beard, folds, wrinkles of age
uniform vec3 cut;               // beard density on lip, chin and cheeks
uniform vec4 paint;             // freckles, blotches, oil, age
uniform vec4 face_hair;         // stubble, beard, make-up, how much of the scalp is painted
uniform vec4 lipstick;          // colour, anime
uniform vec4 hairline;          // shift, softness, seed of the strands
in vec2 at;
layout(location = 0) out vec4 albedo;     // rgb: square root of linear colour; a: painted hair
layout(location = 1) out vec4 surface;    // specular, roughness, height, translucency

// Fine vertical creases of the lips: value noise over the texture's width.
float creases(float u, float v) {
    float bent = u * 190.0 + 1.2 * sin(v * 60.0 + u * 25.0) + 14.0 * (u - 0.5) * (v - 0.43);
    float whole = floor(bent), part = smoothstep(0.0, 1.0, fract(bent));
    float from = fract(sin(whole * 12.9898) * 43758.5453), to = fract(sin((whole + 1.0) * 12.9898) * 43758.5453);
    return mix(from, to, part);
}

vec3 skin_colour(float melanin, float blood) {
    // Beer-Lambert absorption of the dermis' reflected light by melanin and blood
    return vec3(0.81, 0.69, 0.57) * exp(-melanin * vec3(0.98, 1.34, 1.72) - blood * vec3(0.06, 0.57, 0.50));
}

void main() {
    vec4 a = texture(regions_a, at), b = texture(regions_b, at), c = texture(regions_c, at);
    vec4 d = texture(regions_d, at);
    float lips = a.r, flush = a.g, eyes = a.b, fine = c.g;
    float coarse = b.b - 0.5, middle = b.a - 0.5;
    float melanin = skin.x, blood = skin.y;

    // pigments: more blood at cheeks, nose, ears and under the eyes, less around the jaw
    float old = smoothstep(0.25, 1.0, paint.w);
    float fold = 2.0 * d.b - 1.0, lines = d.a * old;
    float freckles = c.r * smoothstep(0.35, 0.75, flush + 0.35 + coarse) * paint.x;
    melanin *= 1.0 + paint.y * (0.16 * coarse + 0.10 * middle) + 0.05 * (fine - 0.5);
    melanin += 0.55 * freckles + 0.04 * eyes + 0.35 * paint.w * c.r * step(0.62, b.b);
    blood *= 1.0 + paint.y * (0.22 * middle + 0.20 * coarse) + 0.14 * (fine - 0.5);
    blood += flush * (0.24 + 0.06 * middle + 0.30 * old * c.b + 0.15 * paint.w) + eyes * 0.12;
    blood -= 0.10 * a.a * (1.0 - lips);
    // folds are darker and redder
    float deep = max(fold, 0.0) * (0.55 + 0.6 * old) + 0.65 * lines;
    blood += 0.16 * deep;
    melanin += 0.10 * deep;
    vec3 colour = skin_colour(melanin, blood) * (1.0 - 0.20 * deep + 0.10 * max(-fold, 0.0));

    // lips: thin skin, more blood; creases run across them
    float crease = creases(2.0 * at.x, at.y);
    vec3 bare = skin_colour(melanin * 0.9 + 0.05, blood + 0.60 * skin.z + 0.22);
    vec3 rouged = mix(bare, lipstick.rgb * (0.9 + 0.2 * fine), clamp(face_hair.z * 1.1 - 0.15, 0.0, 0.85));
    colour = mix(colour, rouged * (0.90 + 0.12 * crease), lips);

    // make-up over the lids and cheeks
    colour = mix(colour, colour * vec3(0.62, 0.45, 0.48), face_hair.z * 0.55 * smoothstep(0.35, 0.9, eyes));
    colour = mix(colour, colour * vec3(1.02, 0.72, 0.74), face_hair.z * 0.5 * flush * (1.0 - lips));

    // painted hair: stubble, beard, and the scalp between locks
    float grown = smoothstep(0.0, 0.33, face_hair.y) * mix(mix(cut.y, cut.z, d.g), cut.x, d.r);
    float shadow = face_hair.x * a.a * (0.30 + 0.22 * fine) * (1.0 - 0.5 * grown);
    colour = mix(colour, mix(brow_colour.rgb, vec3(0.10, 0.11, 0.13), 0.4), shadow * 0.45);
    // the skin's shade under a beard, thin towards its border
    float thick = a.a * (0.70 + 0.45 * face_hair.y) + 0.22 * middle + 0.30 * (fine - 0.5);
    float beard = smoothstep(0.25, 1.0, thick) * grown * (1.0 - lips);
    float inside = (b.r - 0.5) * 6.0 + hairline.x;
    float scalp = smoothstep(-0.25, hairline.y, inside + 0.9 * (fine - 0.5) + 1.0 * middle) * face_hair.w;
    scalp *= 1.0 - lips;
    float painted = max(beard * 0.80, scalp);
    vec3 hair_paint = mix(hair_root.rgb * (0.55 + 0.7 * fine), brow_colour.rgb * (0.55 + 0.5 * fine), step(scalp, beard));
    colour = mix(colour, hair_paint, painted);

    float anime = lipstick.w;
    vec3 plain = mix(vec3(1.0, 0.79, 0.68), vec3(0.86, 0.50, 0.32), smoothstep(0.26, 0.58, skin.x));
    plain = mix(plain, vec3(0.36, 0.15, 0.085), smoothstep(0.54, 0.72, skin.x));
    plain = mix(plain, plain * vec3(1.0, 0.66, 0.62), 0.55 * smoothstep(0.25, 0.85, flush) * (1.0 - lips) * b.b);
    plain = mix(plain, plain * vec3(0.97, 0.72, 0.70), lips * (0.30 + 0.5 * face_hair.z));
    plain = mix(plain, hair_root.rgb, smoothstep(0.0, 0.1, inside - 0.2) * face_hair.w);
    colour = mix(colour, plain, anime);

    albedo = vec4(sqrt(clamp(colour, 0.0, 1.0)), mix(painted, step(0.25, inside) * face_hair.w, anime));
    float oil = paint.z * (0.18 + 0.75 * b.g);
    float wet = mix(oil, 0.75 + 0.25 * face_hair.z, lips);
    float dry = 0.7 + 0.6 * fine;
    surface = vec4(
        mix(mix(0.20 + 0.42 * wet, 0.46 - 0.16 * crease, lips) * mix(dry, 1.0, lips) * (1.0 - 0.4 * deep), 0.12, painted),
        mix(mix(0.62, 0.43, wet), 0.36 + 0.10 * crease, lips),
        clamp(0.5 + mix(0.07 * (fine - 0.5) + 0.05 * middle * (0.5 + paint.w) + 0.10 * (c.a - 0.5) * (0.1 + paint.w),
                        0.16 * (crease - 0.5), lips)
              - 0.10 * fold - 0.22 * lines + 0.25 * painted * (fine - 0.5), 0.0, 1.0),
        (0.35 + 0.65 * flush) * (1.0 - painted));
}
"""
)

STROKE_VERTEX: Final = """
#version 330
in vec2 place;       // over both tiles
in vec2 across;      // -1 to 1 over the stroke's width, 0 to 1 along it
in float shade;
out vec2 over;
out float tone;
void main() {
    over = across;
    tone = shade;
    gl_Position = vec4(place.x - 1.0, 2.0 * place.y - 1.0, 0.0, 1.0);
}
"""
STROKE_FRAGMENT: Final = (
    """
#version 330
"""
    + block_source("LookBlock", LOOK_FIELDS)
    + """
in vec2 over;
in float tone;
layout(location = 0) out vec4 albedo;
layout(location = 1) out vec4 surface;
void main() {
    float body = (1.0 - over.x * over.x) * smoothstep(0.0, 0.15, over.y) * (1.0 - smoothstep(0.55, 1.0, over.y));
    float alpha = clamp(body * 1.5, 0.0, 1.0) * brow_colour.w;
    albedo = vec4(sqrt(brow_colour.rgb * tone), alpha);
    surface = vec4(0.15, 0.5, 0.75, alpha);
}
"""
)
