"""GLSL of hair, clothes and glasses: vertices, surfaces and labels."""

from __future__ import annotations

from typing import Final

from training.studio.blocks import LOOK_FIELDS, SCENE_FIELDS, block_source
from training.studio.shaders_styles import common_source

WORN_VERTEX: Final = (
    "#version 330\n"
    + block_source("Scene", SCENE_FIELDS)
    + """
in vec3 position;
in vec3 normal;
in vec3 tangent;
in vec3 rest;
in vec2 uv;
in float worn_kind;
in float sky;
out vec3 seen;
out vec3 seen_normal;
out vec3 along;
out vec2 at;
out vec3 place;
out float open_sky;
flat out float kind;
flat out float of_part;
void main() {
    vec4 p = to_camera * vec4(position, 1.0);
    seen = p.xyz;
    seen_normal = mat3(to_camera) * normal;
    along = mat3(to_camera) * tangent;
    at = uv;
    place = rest;
    open_sky = sky;
    kind = worn_kind;
    of_part = 0.0;
    gl_Position = to_clip * p;
}
"""
)

#: How much of a ribbon is hair: strands with gaps between, more of them towards the edges and the tip.
HAIR_ALPHA: Final = """
float strand_at(float seed) {
    vec2 where = vec2(at.x * hair_more.y + seed * 7.31, at.y * 0.22 + seed * 3.7);
    // filtering shows only in large pictures, and takes long
    return FINE ? texture(grain, where).g : texelFetch(grain, ivec2(where * 256.0) & 255, 0).g;
}
float hair_alpha() {
    if (kind > 1.5) return 1.0;
    float u = abs(2.0 * at.x - 1.0);
    float edge = 0.75 * u * u * u + 0.10;
    float tip = 0.75 * smoothstep(0.55, 1.0, at.y) + 0.55 * smoothstep(0.10, 0.0, at.y);
    float coarse = FINE ? texture(grain, vec2(at.x * 0.23 + kind * 5.1, at.y * 0.06 + kind)).g : 0.5;
    float hair = strand_at(kind) + 0.35 * (coarse - 0.5) + (FINE ? 0.34 : 0.44);
    return clamp((hair - edge * 0.6 - tip * 0.85) * 3.0, 0.0, 1.0);
}
"""

_HAIR: Final = """
void main() {
    if (!covered(hair_alpha())) discard;
    vec3 n = facing_normal(), v = normalize(-seen), t = normalize(along);
    float own = fract(kind), strand = strand_at(own);
    bool tie = kind > 3.5;
    vec3 dye = mix(hair_root.rgb, hair_tip.rgb, clamp(at.y * 0.8 + 0.35 * (own - 0.5), 0.0, 1.0));
    dye *= (0.40 + 1.2 * strand) * (0.86 + 0.28 * own);
    if (tie) dye = trim.rgb;
    float sky = open_sky * open_sky;
    if (STYLE_ANIME) {
        vec3 base = hair_tip.rgb * (0.94 + 0.12 * own);
        vec3 h = normalize(key_direction.xyz + v + vec3(0.0, 0.6, 0.0));
        float th = dot(t, h);
        float zig = 0.06 * sin(at.x * 21.0 + own * 9.0);
        float ring = smoothstep(0.10, 0.06, abs(th + zig - 0.05)) * step(0.3, open_sky) * smoothstep(0.0, 0.2, n.z);
        float lit = dot(n, normalize(key_direction.xyz + vec3(0.0, 0.4, 0.4)));
        float edge = abs(2.0 * at.x - 1.0);
        float bright = smoothstep(-0.02, 0.02, lit - 0.12) * smoothstep(0.45, 0.55, key_reaches(n) + 0.2 * open_sky);
        vec3 c = mix(base * vec3(0.55, 0.50, 0.66), base, bright);
        c = mix(c, c * 0.62, smoothstep(0.80, 0.86, edge) * 0.8);
        c = mix(c, base * 0.5 + 0.55, ring * bright * 0.75 * (tie ? 0.0 : 1.0));
        if (tie) c = trim.rgb * mix(0.6, 1.0, bright);
        colour = vec4(sqrt(clamp(c, 0.0, 1.0)), 1.0);
        return;
    }
    // Kajiya and Kay with Marschner's two shifted glints
    vec3 sum = ambient_at(n) * dye * sky * 1.1;
    float reaches = key_reaches(n);
    for (int i = 0; i < (FINE ? 3 : 2); ++i) {
        vec3 l = i == 0 ? key_direction.xyz : i == 1 ? rim_direction.xyz : fill_direction.xyz;
        vec3 light = (i == 0 ? key.rgb * reaches : i == 1 ? rim.rgb * 0.8 : fill.rgb) * sky;
        vec3 h = normalize(l + v);
        float nl = dot(n, l), tl = dot(t, l), th = dot(t, h), nh = dot(n, h);
        float body = clamp(nl * 0.65 + 0.35, 0.0, 1.0) * (0.55 + 0.45 * sqrt(max(1.0 - tl * tl, 0.0)));
        // tangents tipped out of and into the head
        float a = th + (0.10 + 0.30 * (strand - 0.5)) * nh, b = th + (-0.16 + 0.34 * (strand - 0.5)) * nh;
        float inner = max(1.0 - b * b, 0.0), outer = max(1.0 - a * a, 0.0);
        inner *= inner; inner *= inner; inner *= inner;
        outer *= outer; outer *= outer; outer *= outer; outer *= outer; outer *= outer;
        float facing = smoothstep(-0.2, 0.4, nl) * (0.45 + 0.9 * strand);
        sum += light * (dye * body + (0.045 * outer + dye * 0.5 * inner) * facing);
    }
    if (!FINE) sum += fill.rgb * sky * dye * clamp(dot(n, fill_direction.xyz) * 0.6 + 0.4, 0.0, 1.0) * 0.8;
    colour = vec4(film(sum), 1.0);
}
"""

_CLOTH: Final = """
void main() {
    vec3 n = normalize(seen_normal), v = normalize(-seen);
    // its inner side is seen too; at its outline, smooth normals that point away are none
    float towards = dot(n, v);
    n = towards < -0.3 ? -n : normalize(n + max(0.06 - towards, 0.0) * v);
    float pattern = cloth.w;
    vec3 dye = cloth.rgb;
    bool knitted = kind > 0.5 && kind < 2.5;
    if (kind > 2.5) dye = mix(vec3(0.7, 0.68, 0.62), cloth.rgb, 0.35);
    else if (kind > 1.5) dye *= 0.92;
    else if (kind > 0.5) dye = trim.rgb;
    else if (pattern > 2.5) dye *= 0.80 + 0.4 * texture(grain, at * 0.21).r;
    else if (pattern > 1.5) dye = mix(dye, trim.rgb, 0.4 * (step(0.5, fract(at.x * 0.35)) + step(0.5, fract(at.y * 0.35))));
    else if (pattern > 0.5) dye = mix(dye, trim.rgb, step(0.55, fract(at.y * 0.42)));
    Surface s;
    s.albedo = dye;
    s.n = n;
    if (FINE && !STYLE_ANIME) {
        float weave = texture(grain, at * 0.23).a;
        float ribs = knitted ? 0.05 * abs(fract(at.x * 2.2) - 0.5) : 0.0;
        s.albedo *= 0.93 + 0.14 * weave;
        s.n = bumped(n, 0.03 * weave + ribs);
    }
    s.soft = n;
    if (!FINE && !STYLE_ANIME) {
        // cloth hardly shines: light from three sides is all of it
        float lit = max(dot(n, key_direction.xyz) * 0.86 + 0.14, 0.0) * (0.06 + 0.94 * key_reaches(n));
        float rimmed = max(dot(n, rim_direction.xyz), 0.0) * (0.25 + 0.75 * (1.0 - max(dot(n, v), 0.0)));
        vec3 sum = key.rgb * lit + rim.rgb * rimmed * open_sky;
        sum += fill.rgb * max(dot(n, fill_direction.xyz) * 0.7 + 0.3, 0.0) * open_sky;
        colour = vec4(film((sum + ambient_at(n) * open_sky) * dye), 1.0);
        return;
    }
    s.rough = 0.8;
    s.specular = 0.22;
    s.thin = 0.0;
    s.ao = open_sky;
    float velvet = pow(1.0 - max(dot(n, v), 0.0), 4.0);
    s.glow = STYLE_ANIME ? vec3(0.0) : ambient_at(n) * dye * velvet * 0.5;
    colour = vec4(shade(s), 1.0);
}
"""

_GLASSES: Final = """
void main() {
    vec3 n = facing_normal(), v = normalize(-seen);
    if (kind > 0.5) {   // a lens: only what it mirrors
        vec3 back = reflect(-v, n);
        float lamp = smoothstep(0.90, 0.97, dot(back, normalize(key_direction.xyz + vec3(0.0, 0.2, 0.3))));
        float edge = pow(1.0 - max(dot(n, v), 0.0), 3.0);
        vec3 mirrored = STYLE_ANIME ? vec3(1.0) : film(key.rgb * lamp + ambient_at(back) * 0.7);
        colour = vec4(mirrored, clamp(0.05 + 0.25 * lamp + 0.35 * edge, 0.0, 0.45));
        return;
    }
    Surface s = Surface(glasses_colour.rgb, n, n, 0.22, 1.0, 0.0, 0.9, vec3(0.0));
    colour = vec4(shade(s), 1.0);
}
"""

_LABEL: Final = (
    block_source("LookBlock", LOOK_FIELDS)
    + """
uniform sampler2D grain;
uniform float part_number;
in vec3 seen;
in vec3 seen_normal;
in vec2 at;
in vec3 place;
flat in float kind;
layout(location = 0) out vec4 truth;
layout(location = 1) out float part;
"""
)
_LABEL_MAIN: Final = """
void main() {
    if (KEPT) discard;
    vec3 n = normalize(seen_normal);
    truth = vec4(dot(n, seen) > 0.0 ? -n : n, -seen.z);
    part = part_number / 255.0;
}
"""
_MATERIALS: Final = {"hair": HAIR_ALPHA + _HAIR, "clothes": _CLOTH, "glasses": _GLASSES}


def worn_source(material: str, style: str, *, fine: bool) -> str:
    """The fragment shader of what is worn, in style `real` or `anime`."""
    return common_source(style, fine=fine) + "in vec3 along;\nflat in float kind;\n" + _MATERIALS[material]


def worn_label_source(material: str, *, fine: bool) -> str:
    """The fragment shader that labels what is worn; hair counts where it covers half, lenses not at all."""
    kept = {"hair": "hair_alpha() < 0.5", "clothes": "false", "glasses": "kind > 0.5"}[material]
    flags = f"#version 330\n#define FINE {str(fine).lower()}\n"
    return flags + _LABEL + (HAIR_ALPHA if material == "hair" else "") + _LABEL_MAIN.replace("KEPT", kept)
