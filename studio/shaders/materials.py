"""GLSL of the head's materials. A material fills a `Surface`; the style's `shade` lights it.

STYLE_PLAIN (style `clay`) replaces the albedo by 1.
"""

from __future__ import annotations

from typing import Final

from studio.shaders.anime import DRAWN_EYE, DRAWN_MOUTH, DRAWN_SKIN
from studio.shaders.shading import common_source

#: Skin well below a neckline is not drawn; must match `neckline_height` in worn/clothes.py.
COVERED_BY_CLOTH: Final = """
bool covered_by_cloth() {
    vec2 way = normalize(place.xz + vec2(1e-6, 1.5));
    float behind = max(-way.y, 0.0);
    float line = neckline.y + (neckline.x - neckline.y) * pow(max(way.y, 0.0), neckline.w)
        + (neckline.z - neckline.y) * behind * sqrt(behind);
    return place.y < line - 0.5;
}
"""

SKIN: Final = """
uniform sampler2D albedo_map;
uniform sampler2D surface_map;
void main() {
    if (covered_by_cloth()) discard;
    vec2 uv = at * vec2(0.5, 1.0);
    vec4 paint = texture(albedo_map, uv), more = texture(surface_map, uv);
    vec3 n = facing_normal();
    // no pores on the lips: their creases are painted
    float lip = smoothstep(1.3, 0.9, length((place.xy - vec2(0.0, -3.45)) / vec2(2.8, 1.2)));
    float pores = FINE ? mix(texture(grain, at * 10.0).a, 0.5, lip) : 0.5;
    float height = (more.b - 0.5) * 0.13 + (pores - 0.5) * 0.016 * (1.0 - paint.a) * (at.x < 1.0 ? 1.0 : 0.4);
    Surface s;
    s.albedo = paint.rgb * paint.rgb;
    s.soft = n;
    s.n = STYLE_PLAIN || !FINE ? n : bumped(n, height);
    s.rough = clamp(more.g + 0.10 * (0.5 - pores), 0.2, 1.0);
    s.specular = more.r * (0.8 + 0.4 * pores);
    s.thin = more.a;
    s.ao = open_sky;
    s.glow = vec3(0.0);
    if (STYLE_PLAIN) s.albedo = vec3(1.0);
    colour = vec4(shade(s), 1.0);
}
"""

EYE: Final = """
uniform vec3 eye_middle[2];     // of the mean head, left and right
void main() {
    vec3 local = place - (place.x > 0.0 ? eye_middle[0] : eye_middle[1]);
    mat3 turn = mat3(eye_turn);
    vec3 n = facing_normal(), v = normalize(-seen);
    vec3 v_local = transpose(turn) * v, l_local = transpose(turn) * key_direction.xyz;
    float size = 0.63 * iris_inner.w;
    float r0 = length(local.xy) / size;
    // parallax: the iris lies behind the cornea
    vec2 p = local.xy / size - v_local.xy / max(v_local.z, 0.35) * 0.20 * max(1.0 - r0 * r0, 0.0);
    float r = length(p), angle = atan(p.y, p.x);
    float front = step(0.0, local.z);
    float fibre = texture(grain, vec2(angle * 0.477465, r * 0.10 + 0.3)).g;
    float cloud = texture(grain, vec2(angle * 0.159155, r * 0.35)).b;
    float pupil = 0.40 * iris.w;
    float collar = smoothstep(pupil, 0.75, r + 0.25 * (cloud - 0.5));
    vec3 ring = mix(iris_inner.rgb, iris.rgb, collar) * (0.25 + 1.10 * fibre) * 0.85;
    ring *= 1.0 + 0.9 * max(dot(p, -l_local.xy), 0.0) * smoothstep(0.2, 0.9, r);
    ring *= mix(1.0, 0.12, smoothstep(0.66, 1.0, r));
    ring *= smoothstep(pupil - 0.05, pupil + 0.05, r);
    float veins = smoothstep(0.60, 0.85, texture(grain, local.xy * vec2(0.22, 0.5)).g);
    float corner = smoothstep(0.9, 1.5, abs(local.x));
    vec3 white = vec3(0.42, 0.395, 0.38) * mix(vec3(1.0), vec3(0.95, 0.62, 0.56), 0.55 * corner);
    white = mix(white, vec3(0.52, 0.18, 0.15), 0.28 * veins * smoothstep(0.75, 1.4, abs(local.x)));
    float limbus = smoothstep(0.90, 1.10, r0);
    Surface s;
    s.albedo = mix(ring, white, max(limbus, 1.0 - front));
    s.soft = n;
    s.n = n;
    s.rough = 0.22;
    s.specular = 0.5;
    s.thin = 0.35 * limbus;
    s.ao = 0.85;
    // reflections in the cornea: a lamp with edges, and a window's pale patch
    vec3 back = reflect(-v, n);
    float lamp = smoothstep(0.975, 0.985, dot(back, normalize(key_direction.xyz + vec3(0.0, 0.15, 0.55))));
    float patch_ = smoothstep(0.93, 0.97, dot(back, normalize(fill_direction.xyz + vec3(0.0, 0.1, 0.4))));
    s.glow = lamp * min(key.rgb, 2.0) * 0.75 * (1.0 - 0.75 * limbus) + patch_ * fill.rgb * 0.18 * (1.0 - limbus);
    float bare = mix(0.15, 0.72, smoothstep(pupil, pupil + 0.08, r));
    if (STYLE_PLAIN) s.albedo = vec3(mix(bare, 1.0, smoothstep(0.97, 1.03, r0)));
    colour = vec4(shade(s), 1.0);
}
"""

MOUTH: Final = """
uniform vec3 kind;              // part numbers of gums_and_tongue, teeth, mouth_socket
void main() {
    vec3 n = facing_normal();
    bool tooth = abs(of_part - kind.y) < 0.5;
    // light reaches only the front of the mouth
    float deep = smoothstep(3.5, 9.8, place.z);
    float noise = texture(grain, at * 6.0).b;
    bool tongue = abs(place.x) < 2.1 && place.y < -2.4 && place.z > 1.0 && open_sky < 0.0;
    vec3 gum = vec3(0.40, 0.115, 0.105), tongue_colour = vec3(0.46, 0.155, 0.145);
    Surface s;
    s.albedo = tooth ? mix(vec3(0.66, 0.57, 0.43), vec3(0.74, 0.69, 0.60), deep) : tongue ? tongue_colour : gum;
    s.albedo *= abs(of_part - kind.z) < 0.5 ? vec3(0.55, 0.45, 0.45) : vec3(0.9 + 0.2 * noise);
    s.soft = n;
    s.n = tooth ? n : bumped(n, (noise - 0.5) * 0.1);
    s.rough = tooth ? 0.28 : 0.38;
    s.specular = 0.9 * deep;
    s.thin = tooth ? 0.25 : 0.7;
    // little light passes lips that hardly part
    float gap = 0.10 + 0.90 * smoothstep(0.02, 0.30, camera_up.w);
    s.ao = (0.10 + 0.62 * deep * deep) * gap;
    s.albedo *= (0.25 + 0.75 * deep) * gap;
    s.specular *= gap;
    s.glow = vec3(0.0);
    if (STYLE_PLAIN) s.albedo = vec3(1.0);
    colour = vec4(shade(s), 1.0);
}
"""

#: Anime upper lashes are moved a little towards the camera in the depth buffer, so that deformed lids do not cover them.
LASH: Final = """
bool lower_lash() { return place.y < 3.3 - 0.04 * (abs(place.x) - 1.84); }
float lash_depth() { return gl_FragCoord.z - (lower_lash() ? 0.0 : 0.0008); }
float lash_alpha() {
    vec2 strip = vec2(at.x - 6.0, 1.0 - at.y - 0.0118) / vec2(1.0, 0.1665);
    float along = fract(strip.y) * 0.1665 / 0.141;
    float row = floor(strip.y);
    float u = strip.x * 58.0 + row * 0.37 + 0.8 * along * along * sin(strip.x * 43.0 + row * 2.0);
    float seed = fract(sin(floor(u) * 12.9898 + row * 7.13) * 43758.5453);
    // lower lashes are shorter
    float reach = (0.62 + 0.38 * seed) * lash.w * (place.y < 3.3 ? 0.45 : 1.2);
    float width = 0.40 * (1.0 - along / reach) + 0.04;
    if (STYLE_ANIME) {
        // one thick line above, widest at the outer corner; a thin short one below
        float out_ = (abs(place.x) - 1.84) / 2.6;
        bool lower = lower_lash();
        float ends = smoothstep(-0.2, 0.5, out_) * smoothstep(1.30, 0.85, out_);
        // skip parts of the strip that are seen edge-on
        if (along > 0.12 && abs(dot(normalize(seen_normal), normalize(seen))) < 0.22) return 0.0;
        // constant width on screen, whatever the strip's tilt
        float seen_along = along * length(dFdx(seen.xy)) / max(1.18 * length(vec2(dFdx(strip.y), dFdy(strip.y))), 1e-4);
        if (seen_along > (lower ? 0.2 * smoothstep(1.05, 0.8, out_) : 0.50 + 0.24 * out_) * ends) return 0.0;
        return along < (lower ? 0.14 * smoothstep(0.35, 0.9, out_) : 0.50) * ends ? 1.0 : 0.0;
    }
    float hair = 1.0 - smoothstep(width * 0.7, width * 1.2, abs(fract(u) - 0.5));
    // the dense roots merge into a line
    return max(hair * step(along, reach), step(along, place.y < 3.3 ? 0.05 : 0.20 * lash.w + 0.04));
}
"""
LASH_MAIN: Final = """
void main() {
    if (STYLE_PLAIN || !covered(lash_alpha())) discard;
    Surface s = Surface(lash.rgb, facing_normal(), facing_normal(), 0.6, 0.05, 0.0, 0.5, vec3(0.0));
    if (STYLE_ANIME) {
        gl_FragDepth = lash_depth();
        colour = vec4(sqrt(lash.rgb + 0.12 * brow_colour.rgb), 1.0);
        return;
    }
    colour = vec4(shade(s), 1.0);
}
"""

#: The lids' shadow on the eye, and the tear line along them: blended over the picture, not labelled.
EYE_SHADE: Final = """
uniform float tears_part;
void main() {
    vec3 n = facing_normal(), v = normalize(-seen);
    if (of_part > tears_part - 0.5 && of_part < tears_part + 0.5) {
        vec3 back = reflect(-v, n);
        float lamp = smoothstep(0.86, 0.99, dot(back, key_direction.xyz));
        lamp += 0.3 * smoothstep(0.7, 0.95, dot(back, fill_direction.xyz));
        float edge = pow(1.0 - max(dot(n, v), 0.0), 3.0);
        if (STYLE_ANIME || STYLE_PLAIN) discard;
        colour = vec4(vec3(0.46), clamp(0.55 * lamp + 0.12 * edge, 0.0, 0.45));
        return;
    }
    float above = smoothstep(0.36, 1.0, at.y), below = smoothstep(0.30, 0.0, at.y);
    float ends = smoothstep(0.14, 0.0, at.x) + smoothstep(0.88, 1.0, at.x);
    float dark = 0.86 * above * above + 0.34 * below + 0.45 * ends;
    if (STYLE_PLAIN) dark *= 0.6;
    if (STYLE_ANIME) dark = 0.30 * smoothstep(0.70, 0.74, at.y);
    colour = vec4(STYLE_ANIME ? vec3(0.30, 0.20, 0.36) : vec3(0.05, 0.018, 0.015), clamp(dark, 0.0, 0.9));
}
"""

_MATERIALS: Final = {
    "skin": COVERED_BY_CLOTH + SKIN,
    "eye": EYE,
    "mouth": MOUTH,
    "lash": LASH + LASH_MAIN,
    "eye_shade": EYE_SHADE,
}
#: Materials that style `anime` draws in its own way.
_DRAWN: Final = {"skin": COVERED_BY_CLOTH + DRAWN_SKIN, "eye": DRAWN_EYE, "mouth": DRAWN_MOUTH}


def material_source(material: str, style: str, *, fine: bool) -> str:
    """The fragment shader of a material in a style.

    Args:
        material: skin, eye, mouth, lash or eye_shade.
        style: real, anime or clay.
        fine: with pores, bumps and soft shadows, for large pictures.
    """
    drawn = _DRAWN.get(material) if style == "anime" else None
    return common_source(style, fine=fine) + (drawn or _MATERIALS[material])
