"""GLSL of what heads are made of: each describes a surface, the style shades it.

`PLAIN` in a style means that its albedo is 1: clay.
"""

from __future__ import annotations

from typing import Final

from training.studio.shaders_styles import common_source

#: Skin well under a garment is not drawn; must match `clothes.neckline_height`.
COVERED_BY_CLOTH: Final = """
bool covered_by_cloth() {
    vec2 way = normalize(place.xz + vec2(1e-6, 1.5));
    float line = neckline.y + (neckline.x - neckline.y) * pow(max(way.y, 0.0), neckline.w)
        + (neckline.z - neckline.y) * pow(max(-way.y, 0.0), 1.5);
    return place.y < line - 0.5;
}
"""

#: Skin as it is drawn; lines are where they lie on the mean head, so they move with the face.
DRAWN_SKIN: Final = """
// 1 on a line of half the width `half_width` around where `way` is 0, never thinner than a pixel shows.
float line_at(float way, float half_width) {
    float pixel = 0.7 * fwidth(way);
    half_width = max(half_width, pixel);
    return smoothstep(half_width + pixel, half_width - pixel, abs(way));
}

vec3 drawn_skin(vec3 albedo, vec3 n, float painted) {
    vec3 p = vec3(abs(place.x), place.yz);
    mat3 head = mat3(head_turn);
    // light falls on a face as on an egg: no nose, no cheek, no lids
    float neck = smoothstep(-5.5, -8.5, p.y - 0.35 * (p.z - 8.0));
    vec3 egg = head * normalize(vec3(place.x * 1.15, 0.35 * (p.y - 3.0), p.z + 1.0));
    vec3 soft = normalize(mix(egg, n, max(neck, smoothstep(7.4, 8.2, p.x))));
    float forward = 0.6 * (1.0 - neck);
    vec3 light = normalize(key_direction.xyz + vec3(0.0, 0.1, 0.3) + forward * head[2]);
    float lit = smoothstep(-0.02, 0.02, dot(soft, light) - 0.12);
    // under the jaw, the nose and the lower lip
    float jaw = p.y + 8.3 - 0.10 * p.x * p.x, throat = p.y + 11.6 - 0.10 * p.x * p.x;
    lit *= 1.0 - smoothstep(0.10, -0.10, jaw) * smoothstep(-0.08, 0.08, throat);
    float side = key_direction.x > 0.0 ? -1.0 : 1.0;
    vec2 nose = (place.xy - vec2(0.16 * side, -0.55)) / vec2(0.60, 0.42);
    float marks = p.z > 10.0 ? smoothstep(1.15, 0.85, length(nose)) : 0.0;
    vec2 chin = (p.xy - vec2(0.0, -4.95)) / vec2(0.75, 0.14);
    marks = max(marks, p.z > 9.0 ? 0.8 * smoothstep(1.3, 0.7, length(chin)) : 0.0);
    // a line where the lips meet
    float seam = p.y + 3.36 + 0.035 * p.x * p.x;
    float mouth = p.z > 8.5 && p.x < 2.95 ? line_at(seam, 0.09 * smoothstep(3.05, 1.2, p.x)) : 0.0;
    vec3 line = albedo * albedo * vec3(0.26, 0.08, 0.08);
    if (painted > 0.5) marks = 0.0;
    vec3 shaded = mix(vec3(0.86, 0.62, 0.60), vec3(0.62, 0.52, 0.66), painted);
    vec3 c = two_tones(albedo, shaded, lit * (1.0 - 0.75 * marks));
    return mix(c, sqrt(line), mouth);
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
    float pores = FINE ? texture(grain, at * 14.0).a : 0.5;
    float height = (more.b - 0.5) * 0.11 + (pores - 0.5) * 0.030 * (1.0 - paint.a) * (at.x < 1.0 ? 1.0 : 0.4);
    Surface s;
    s.albedo = paint.rgb * paint.rgb;
    s.soft = n;
    s.n = STYLE_PLAIN || !FINE ? n : bumped(n, height);
    s.rough = clamp(more.g + 0.10 * (0.5 - pores), 0.2, 1.0);
    s.specular = more.r * (0.6 + 0.8 * pores);
    s.thin = more.a;
    s.ao = open_sky;
    s.glow = vec3(0.0);
    if (STYLE_PLAIN) s.albedo = vec3(1.0);
    if (STYLE_ANIME) {
        colour = vec4(drawn_skin(s.albedo, n, paint.a), 1.0);
        return;
    }
    colour = vec4(shade(s), 1.0);
}
"""

EYE: Final = """
uniform vec3 eye_middle;        // of the mean head, this eye's
void main() {
    vec3 local = place - eye_middle;
    mat3 turn = mat3(eye_turn);
    vec3 n = facing_normal(), v = normalize(-seen);
    vec3 v_local = transpose(turn) * v, l_local = transpose(turn) * key_direction.xyz;
    float size = 0.63 * iris_inner.w;
    float r0 = length(local.xy) / size;
    // the iris lies behind the cornea: what is seen of it moves against the eye
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
    vec3 white = vec3(0.50, 0.47, 0.45) * mix(vec3(1.0), vec3(0.95, 0.62, 0.56), 0.55 * corner);
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
    // a lamp with edges, and a window's pale patch beside it
    vec3 back = reflect(-v, n);
    float lamp = smoothstep(0.975, 0.985, dot(back, normalize(key_direction.xyz + vec3(0.0, 0.15, 0.55))));
    float patch_ = smoothstep(0.93, 0.97, dot(back, normalize(fill_direction.xyz + vec3(0.0, 0.1, 0.4))));
    s.glow = lamp * min(key.rgb, 2.0) * 0.75 * (1.0 - 0.75 * limbus) + patch_ * fill.rgb * 0.18 * (1.0 - limbus);
    float bare = mix(0.15, 0.72, smoothstep(pupil, pupil + 0.08, r));
    if (STYLE_PLAIN) s.albedo = vec3(mix(bare, 1.0, smoothstep(0.97, 1.03, r0)));
    if (STYLE_ANIME) {
        vec2 q = local.xy / size * vec2(0.72, 0.94);
        float rq = length(q * vec2(1.06, 0.94)), soft = 0.75 * fwidth(rq) + 0.01;
        // dark above, bright below, a ring of the colour at its strongest around the pupil
        vec3 pale = iris.rgb * 1.25 + 0.16, strong = iris.rgb * 0.80, dark = iris.rgb * 0.20;
        vec3 drawn = mix(pale, strong, smoothstep(-0.65, 0.10, q.y));
        drawn = mix(drawn, dark, smoothstep(0.15, 0.95, q.y));
        float glow = smoothstep(0.30 + soft, 0.30 - soft, length((q + vec2(0.0, 0.62)) * vec2(0.62, 1.25)));
        drawn = mix(drawn, iris.rgb * 1.3 + 0.34, 0.65 * glow);
        float hole = length((q + vec2(0.0, 0.02)) * vec2(0.92, 1.0));
        drawn = mix(drawn, dark * 0.6, smoothstep(0.36 + soft, 0.36 - soft, hole));
        drawn = mix(drawn, dark, smoothstep(0.84 - soft, 0.84 + soft, rq));
        vec3 around = vec3(0.95, 0.95, 0.97);
        drawn = mix(drawn, around, max(smoothstep(1.0 - soft, 1.0 + soft, rq), 1.0 - front));
        // two lights that stay where they are on the iris
        float shine = smoothstep(0.27 + soft, 0.27 - soft, length((q - vec2(-0.34, 0.34)) * vec2(1.0, 0.85)));
        shine = max(shine, smoothstep(0.13 + soft, 0.13 - soft, length(q - vec2(0.36, -0.40))));
        colour = vec4(sqrt(clamp(mix(drawn, vec3(1.0), shine * front), 0.0, 1.0)), 1.0);
        return;
    }
    colour = vec4(shade(s), 1.0);
}
"""

#: A drawn mouth's inside is one flat picture behind the tongue: its depths lie close together, in their order.
FLAT_MOUTH: Final = """
float flat_mouth() {
    if (camera_up.w < 0.05) return gl_FragCoord.z;
    vec3 p = seen - head_turn[2].xyz * 0.97 * (place.z - 3.0);
    vec4 clip = to_clip * vec4(p, 1.0);
    return 0.5 + 0.5 * clip.z / clip.w;
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
    // and little of it between lips that hardly part
    float gap = 0.22 + 0.78 * smoothstep(0.02, 0.30, camera_up.w);
    s.ao = (0.10 + 0.62 * deep * deep) * gap;
    s.albedo *= (0.25 + 0.75 * deep) * gap;
    s.specular *= gap;
    s.glow = vec3(0.0);
    if (STYLE_PLAIN) s.albedo = vec3(1.0);
    if (STYLE_ANIME) {
        // a hollow, a white band along the upper teeth, and the tongue's front; nothing where lips hardly part
        vec3 hollow = vec3(0.26, 0.045, 0.055), drawn = hollow;
        if (tongue) drawn = mix(hollow, vec3(0.80, 0.27, 0.27), smoothstep(5.5, 7.5, place.z));
        else if (place.y > -3.4 && place.z > 7.0) drawn = vec3(0.93);
        gl_FragDepth = tongue ? gl_FragCoord.z : flat_mouth();
        colour = vec4(sqrt(camera_up.w < 0.05 ? vec3(0.18, 0.05, 0.05) : drawn), 1.0);
        return;
    }
    colour = vec4(shade(s), 1.0);
}
"""

#: Drawn lashes lie on the lids, also where lids are bent into them: this much nearer in the depth buffer.
LASH: Final = """
const float LASH_BEFORE = 0.0006;
float lash_alpha() {
    vec2 strip = vec2(at.x - 6.0, 1.0 - at.y - 0.0118) / vec2(1.0, 0.1665);
    float along = fract(strip.y) * 0.1665 / 0.141;
    float row = floor(strip.y);
    float u = strip.x * 58.0 + row * 0.37 + 0.8 * along * along * sin(strip.x * 43.0 + row * 2.0);
    float seed = fract(sin(floor(u) * 12.9898 + row * 7.13) * 43758.5453);
    // lower lashes are the shorter ones
    float reach = (0.62 + 0.38 * seed) * lash.w * (place.y < 3.3 ? 0.45 : 1.2);
    float width = 0.40 * (1.0 - along / reach) + 0.04;
    if (STYLE_ANIME) {
        // one thick line above, widest at the outer corner; a thin short one below
        float out_ = (abs(place.x) - 1.84) / 2.6;
        bool lower = place.y < 3.3 - 0.1 * out_;
        float ends = smoothstep(-0.2, 0.5, out_) * smoothstep(1.30, 0.85, out_);
        // as wide in the picture however it is turned
        float seen_along = along * length(dFdx(seen.xy)) / max(1.18 * length(vec2(dFdx(strip.y), dFdy(strip.y))), 1e-4);
        if (seen_along > (lower ? 0.2 * smoothstep(1.05, 0.8, out_) : 0.40 + 0.20 * out_) * ends) return 0.0;
        return along < (lower ? 0.14 * smoothstep(0.35, 0.9, out_) : 0.42) * ends ? 1.0 : 0.0;
    }
    float hair = 1.0 - smoothstep(width * 0.7, width * 1.2, abs(fract(u) - 0.5));
    return hair * step(along, reach);
}
"""
LASH_MAIN: Final = """
void main() {
    if (STYLE_PLAIN || !covered(lash_alpha())) discard;
    Surface s = Surface(lash.rgb, facing_normal(), facing_normal(), 0.6, 0.05, 0.0, 0.5, vec3(0.0));
    if (STYLE_ANIME) {
        gl_FragDepth = gl_FragCoord.z - LASH_BEFORE;
        colour = vec4(sqrt(lash.rgb + 0.12 * brow_colour.rgb), 1.0);
        return;
    }
    colour = vec4(shade(s), 1.0);
}
"""

#: What lids leave of the light on an eye, and the tears' line along them; drawn over, not labelled.
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
    float above = smoothstep(0.50, 1.0, at.y), below = smoothstep(0.30, 0.0, at.y);
    float ends = smoothstep(0.14, 0.0, at.x) + smoothstep(0.88, 1.0, at.x);
    float dark = 0.80 * above * above + 0.30 * below + 0.45 * ends;
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


def material_source(material: str, style: str, *, fine: bool) -> str:
    """The fragment shader of a material in a style of STYLES."""
    source = _MATERIALS[material]
    # what only drawn heads call does not exist elsewhere
    drawn = {"skin": DRAWN_SKIN, "mouth": FLAT_MOUTH}.get(material, "")
    return common_source(style, fine=fine) + drawn + source
