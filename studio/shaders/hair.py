"""GLSL of realistic hair: diffuse light per vertex, strands and highlights per pixel.

Source: J. Kajiya, T. Kay, "Rendering fur with three dimensional textures", SIGGRAPH 1989; the two shifted highlights are
after S. Marschner et al., "Light scattering from human hair fibers", SIGGRAPH 2003.
"""

from __future__ import annotations

from typing import Final

from studio.shaders.uniform_blocks import LOOK_FIELDS, SCENE_FIELDS, block_source

_SCENE: Final = "#version 330\n" + block_source("Scene", SCENE_FIELDS)
_IN: Final = """
in vec3 position;
in vec3 normal;
in vec3 tangent;
in vec2 uv;
in float worn_kind;
in float sky;
out vec2 at;
out float kind;
"""

HAIR_VERTEX: Final = (
    _SCENE
    + _IN
    + """
uniform sampler2DShadow shadow;
out vec3 body;          // diffuse light, coloured by the hair
out vec3 shine;         // light for specular highlights
out vec3 tilt;          // tangent . half vector of the key light's two highlights and the rim light's

vec3 ambient_at(vec3 n) {
    vec4 m = vec4(1.0, n);
    return max(vec3(dot(ambient_red, m), dot(ambient_green, m), dot(ambient_blue, m)), 0.0);
}

float key_reaches(vec3 seen, vec3 n) {
    vec4 p = to_shadow * vec4(seen + n * 0.5, 1.0);
    float r = 2.0 * key.w;
    float lit = textureLod(shadow, p.xyz, 0.0);
    vec2 side = vec2(r, 0.4 * r), up = vec2(-0.4 * r, r);
    lit += textureLod(shadow, p.xyz + vec3(side, 0.0), 0.0) + textureLod(shadow, p.xyz - vec3(side, 0.0), 0.0);
    lit += textureLod(shadow, p.xyz + vec3(up, 0.0), 0.0) + textureLod(shadow, p.xyz - vec3(up, 0.0), 0.0);
    return lit * 0.2;
}

float body_of(vec3 n, vec3 t, vec3 l) {
    float tl = dot(t, l);
    return clamp(dot(n, l) * 0.62 + 0.38, 0.0, 1.0) * (0.5 + 0.5 * sqrt(max(1.0 - tl * tl, 0.0)));
}

void main() {
    vec4 p = to_camera * vec4(position, 1.0);
    gl_Position = to_clip * p;
    at = uv;
    kind = worn_kind;
    vec3 n = normalize(mat3(to_camera) * normal), t = normalize(mat3(to_camera) * tangent), v = normalize(-p.xyz);
    // dark where the inner side of a sheet is seen
    float inside = worn_kind < 2.0 ? smoothstep(0.0, -0.55, dot(n, v)) : 0.0;
    float open = sky * sky * mix(1.0, 0.22, inside);
    float reaches = (0.12 + 0.88 * key_reaches(p.xyz, n)) * mix(1.0, 0.3, inside);
    vec3 lit = key.rgb * reaches * (0.35 + 0.65 * sky);
    body = ambient_at(n) * open * 1.1 + lit * body_of(n, t, key_direction.xyz);
    body += open * (fill.rgb * body_of(n, t, fill_direction.xyz) + 0.8 * rim.rgb * body_of(n, t, rim_direction.xyz));
    vec3 h = normalize(key_direction.xyz + v), r = normalize(rim_direction.xyz + v);
    float th = dot(t, h), nh = dot(n, h);
    // shift the tangent outwards and inwards, as the cuticle scales shift Marschner's two highlights
    tilt = vec3(th + 0.12 * nh, th - 0.18 * nh, dot(t, r) - 0.10 * dot(n, r));
    shine = lit * smoothstep(-0.1, 0.5, dot(n, key_direction.xyz)) * sky;
}
"""
)

HAIR_LABEL_VERTEX: Final = (
    _SCENE
    + _IN
    + """
out vec3 seen;
out vec3 seen_normal;
void main() {
    vec4 p = to_camera * vec4(position, 1.0);
    seen = p.xyz;
    seen_normal = mat3(to_camera) * normal;
    at = uv;
    kind = worn_kind;
    gl_Position = to_clip * p;
}
"""
)

#: The kinds must match hair/hair_surfaces.py.
HAIR_COVER: Final = """
uniform sampler2D grain;
in vec2 at;
in float kind;
float strand_at() {
    bool frizz = kind > 1.0 && kind < 2.0;
    vec2 where = at * (frizz ? vec2(11.0, 110.0) : vec2(FINE == 1 ? 24.0 : 13.0, 34.0));
    // small pictures sample the next mipmap level; labels sample without filtering, which is faster
#if FINE
    vec4 g = texture(grain, where / 256.0);
#elif FILTERED
    vec4 g = textureLod(grain, where / 256.0, 1.0);
#else
    vec4 g = texelFetch(grain, ivec2(where * 0.5) & 127, 1);
#endif
    return frizz ? g.a : g.g;
}
float cover_of(float strand) { return (1.45 * fract(kind) + strand - 1.0) * 4.0 + 0.5; }
"""

_COLOUR: Final = """
in vec3 body;
in vec3 shine;
in vec3 tilt;
out vec4 colour;
// Ordered dithering: of the 2 x 2 samples of an output pixel, the share that `alpha` asks for is drawn.
bool covered(float alpha) {
    ivec2 p = ivec2(gl_FragCoord.xy) & 1;
    return alpha > 0.125 + 0.25 * float(p.y * 2 + (p.x ^ p.y));
}
void main() {
    float strand = strand_at();
    if (!covered(cover_of(strand))) discard;
    float frizz = step(1.0, kind) * step(kind, 2.0);
    vec3 dye = mix(hair_root.rgb, hair_tip.rgb, clamp(at.y * (1.0 - 0.5 * frizz) + 0.5 * (strand - 0.5), 0.0, 1.0));
    dye *= FINE == 1 ? 0.60 + 0.9 * strand : 0.70 + 0.7 * strand;
    if (kind > 3.5) dye = trim.rgb;
    // Kajiya-Kay with Marschner's two shifted highlights
    vec3 s = tilt + (FINE == 1 ? 0.34 : 0.22) * (strand - 0.5);
    vec3 e = max(1.0 - s * s, 0.0);
    e *= e; e *= e; e *= e;                  // exponent 8: broad, coloured
    float white = e.x * e.x; white *= white; // exponent 32: narrow, white
    vec3 sum = body * dye + shine * (1.0 - 0.8 * frizz) * (0.4 + 1.2 * strand) * (0.075 * white + 0.9 * dye * e.y);
    sum += rim.rgb * dye * 0.25 * e.z * strand;
    colour = vec4(sqrt(clamp(sum * 0.25, 0.0, 1.0)), 1.0);
}
"""

_LABEL: Final = """
uniform float part_number;
in vec3 seen;
in vec3 seen_normal;
layout(location = 0) out vec4 truth;
layout(location = 1) out float part;
void main() {
    if (cover_of(strand_at()) < 0.5) discard;
    vec3 n = normalize(seen_normal);
    truth = vec4(dot(n, seen) > 0.0 ? -n : n, -seen.z);
    part = part_number / 255.0;
}
"""


def hair_sources(kind: str, *, fine: bool) -> tuple[str, str]:
    """Vertex and fragment shader of realistic hair.

    Args:
        kind: "colour", or "label", which marks pixels that hair covers by at least half.
        fine: with finer strands, for large pictures.
    """
    flags = f"#version 330\n#define FINE {int(fine)}\n#define FILTERED {int(kind == 'colour')}\n"
    if kind == "label":
        return HAIR_LABEL_VERTEX, flags + HAIR_COVER + _LABEL
    blocks = block_source("Scene", SCENE_FIELDS) + block_source("LookBlock", LOOK_FIELDS)
    return HAIR_VERTEX, flags + blocks + HAIR_COVER + _COLOUR
