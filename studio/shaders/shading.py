"""GLSL of the three rendering styles: each shades the `Surface` that a material fills."""

from __future__ import annotations

from typing import Final

from studio.shaders.uniform_blocks import LOOK_FIELDS, SCENE_FIELDS, block_source

#: Declarations and functions before every material.
_COMMON: Final = (
    block_source("Scene", SCENE_FIELDS)
    + block_source("LookBlock", LOOK_FIELDS)
    + """
uniform sampler2DShadow shadow;
uniform sampler2D grain;        // tileable noise: smooth, strands, clouds, pores
in vec3 seen;
in vec3 seen_normal;
in vec2 at;
in vec3 place;                  // position on the mean head
in float open_sky;              // ambient occlusion: 1 unoccluded, 0 occluded
flat in float of_part;
out vec4 colour;

struct Surface {
    vec3 albedo;
    vec3 n;             // normal with bumps
    vec3 soft;          // normal without bumps
    float rough;
    float specular;
    float thin;         // share of light that scatters below the surface
    float ao;
    vec3 glow;          // emitted or reflected light, added unshaded
};

// Ordered dithering: of the 2 x 2 samples of an output pixel, the share that `alpha` asks for is drawn.
bool covered(float alpha) {
    ivec2 p = ivec2(gl_FragCoord.xy) & 1;
    return alpha > 0.125 + 0.25 * float(p.y * 2 + (p.x ^ p.y));
}

vec3 facing_normal() {
    vec3 n = normalize(seen_normal);
    return dot(n, seen) > 0.0 ? -n : n;
}

vec3 ambient_at(vec3 n) {
    vec4 m = vec4(1.0, n);
    return max(vec3(dot(ambient_red, m), dot(ambient_green, m), dot(ambient_blue, m)), 0.0);
}

float key_reaches(vec3 n) {
    // percentage-closer filtering with bilinear taps: the soft shadow of a wide lamp
    vec3 p = (to_shadow * vec4(seen + n * 0.50, 1.0)).xyz;
    float r = key.w;
    float lit = texture(shadow, p + vec3(r, 0.4 * r, 0.0)) + texture(shadow, p + vec3(-r, -0.4 * r, 0.0));
    lit += texture(shadow, p + vec3(-0.4 * r, r, 0.0)) + texture(shadow, p + vec3(0.4 * r, -r, 0.0));
    if (!FINE) return 0.25 * lit;
    lit += texture(shadow, p + 0.5 * vec3(r, r, 0.0)) + texture(shadow, p - 0.5 * vec3(r, r, 0.0));
    lit += texture(shadow, p + 0.5 * vec3(-r, r, 0.0)) + texture(shadow, p + 0.5 * vec3(r, -r, 0.0));
    return lit * 0.125;
}

vec3 bumped(vec3 n, float height) {
    // Source: M. Mikkelsen, "Bump mapping unparametrized surfaces on the GPU", 2010
    vec3 dx = dFdx(seen), dy = dFdy(seen);
    vec3 r1 = cross(dy, n), r2 = cross(n, dx);
    float det = dot(dx, r1);
    vec3 turn = sign(det) * (dFdx(height) * r1 + dFdy(height) * r2);
    return normalize(abs(det) * n - turn);
}

// Stores the square root of linear light; tone mapping follows in the averaging pass.
vec3 film(vec3 x) { return sqrt(clamp(x * 0.25, 0.0, 1.0)); }
"""
)

REAL: Final = """
float fifth(float x) { float y = x * x; return y * y * x; }

vec3 diffuse_light(Surface s, vec3 l) {
    // wrapped diffuse light: wide lamps, and red light scattered across shadow edges
    float sharp = dot(s.n, l), soft = dot(s.soft, l);
    vec3 d = mix(vec3(sharp), vec3(soft), s.thin * vec3(0.9, 0.45, 0.25));
    vec3 wrap = 0.16 + s.thin * vec3(0.32, 0.14, 0.08);
    d = max(d + wrap, 0.0) / (1.0 + wrap);
    return s.albedo * d * (0.62 + 0.38 * d);
}

float glint(Surface s, vec3 l, vec3 v) {
    vec3 h = normalize(l + v);
    float nh = dot(s.n, h) - 1.0, fresnel = 0.035 + 0.965 * fifth(1.0 - max(dot(v, h), 0.0));
    float r2 = s.rough * s.rough;
    // spherical Gaussians instead of Blinn-Phong powers: a wide lobe, in large pictures a narrow one too
    float p = 2.0 / (r2 * r2) - 2.0, p2 = p * 6.0 + 10.0;
    float lobes = (FINE ? 0.72 : 0.9) * (p + 2.0) * exp2(1.4427 * p * nh);
    if (FINE) lobes += 0.28 * (p2 + 2.0) * exp2(1.4427 * p2 * nh);
    return 0.39 * s.specular * fresnel * lobes * max(dot(s.n, l), 0.0);
}

vec3 shade(Surface s) {
    vec3 v = normalize(-seen);
    // some light passes through hair
    float reaches = 0.06 + 0.94 * key_reaches(s.soft);
    vec3 through = mix(vec3(reaches), vec3(sqrt(reaches), reaches, reaches), s.thin * 0.7);
    vec3 sum = key.rgb * (diffuse_light(s, key_direction.xyz) + glint(s, key_direction.xyz, v)) * through;
    vec3 filled = s.albedo * max(dot(s.soft, fill_direction.xyz) * 0.7 + 0.3, 0.0);
    if (FINE) filled += glint(s, fill_direction.xyz, v);
    sum += fill.rgb * filled * mix(s.ao, 1.0, 0.15);
    // the rim light stands behind the head and grazes its outline
    float edge = 1.0 - max(dot(s.n, v), 0.0);
    float grazed = max(dot(s.n, rim_direction.xyz), 0.0) * (0.2 + 0.8 * edge) * s.ao * s.ao;
    sum += rim.rgb * grazed * (s.albedo + 0.12 * s.specular);
    vec3 ao = mix(vec3(s.ao), vec3(sqrt(s.ao), s.ao, s.ao * s.ao * 0.2 + 0.8 * s.ao), s.thin * 0.7);
    sum += ambient_at(mix(s.n, s.soft, 0.5 * s.thin)) * s.albedo * ao;
    vec3 mirrored = FINE ? ambient_at(reflect(-v, s.n)) : vec3(ambient_red.x, ambient_green.x, ambient_blue.x);
    sum += mirrored * s.specular * (0.04 + 0.5 * fifth(edge) * (1.0 - s.rough)) * s.ao;
    return film(sum + s.glow);
}
"""

ANIME: Final = """
// Cel shading: two tones with a sharp edge between; `lit` is 1 in the light, 0 in the shade.
vec3 two_tones(vec3 albedo, vec3 shaded, float lit) {
    vec3 warmth = mix(vec3(1.0), key.rgb / max(max(key.r, key.g), key.b), 0.22);
    return sqrt(clamp(mix(albedo * shaded, albedo * warmth, lit), 0.0, 1.0));
}

// Anime light comes more from the front than the key light.
vec3 drawn_light() { return normalize(key_direction.xyz + vec3(0.0, 0.25, 0.35)); }

vec3 shade(Surface s) {
    float lit = smoothstep(-0.03, 0.03, dot(s.soft, drawn_light()) - 0.08) * smoothstep(0.2, 0.35, s.ao);
    return two_tones(s.albedo, vec3(0.70, 0.64, 0.78), lit) + s.glow;
}
"""

CLAY: Final = """
vec3 shade(Surface s) {
    vec3 n = s.soft, v = normalize(-seen);
    vec3 from = normalize(vec3(-0.45, 0.6, 0.75)), other = normalize(vec3(0.8, 0.1, 0.5));
    float light = (0.14 + 0.09 * n.y) * s.ao + 0.62 * max(dot(n, from), 0.0) * mix(s.ao, 1.0, 0.6);
    light += 0.20 * max(dot(n, other), 0.0) * s.ao;
    light += 0.25 * pow(1.0 - max(dot(n, v), 0.0), 3.0) * max(n.y + 0.4, 0.0) * s.ao;
    light += 0.10 * pow(max(dot(n, normalize(from + v)), 0.0), 30.0);
    return sqrt(vec3(0.74, 0.73, 0.71) * light * (0.35 + 0.65 * s.albedo));
}
"""
#: From the square root of linear light to display values: `exposed` with a film curve, `plain` without.
FILM: Final = """
vec3 plain(vec3 root) { return pow(clamp(root, 0.0, 1.0), vec3(2.0 / 2.2)); }
vec3 exposed(vec3 root) {
    // a soft shoulder, so that skin keeps its colour up to white
    vec3 x = root * root * 2.96;
    x = plain(sqrt(x * (1.0 + x * 0.18) / (1.0 + 0.72 * x)));
    return mix(x, x * x * (3.0 - 2.0 * x), 0.28);
}
"""
_STYLES: Final = {"real": REAL, "anime": ANIME, "clay": CLAY}


def common_source(style: str, *, fine: bool) -> str:
    """The GLSL before a material: version, flags, uniform blocks, common functions and the style's `shade`.

    Args:
        style: real, anime or clay.
        fine: with pores, bumps and soft shadows, which are too small to see in small pictures.
    """
    flags = {"STYLE_PLAIN": style == "clay", "STYLE_ANIME": style == "anime", "FINE": fine}
    defined = "".join(f"#define {name} {str(value).lower()}\n" for name, value in flags.items())
    return "#version 330\n" + defined + _COMMON + _STYLES[style]
