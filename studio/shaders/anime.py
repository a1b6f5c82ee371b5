"""GLSL of the materials that style `anime` draws in its own way: skin, eyes, the inside of the mouth, hair, cloth."""

from __future__ import annotations

from typing import Final

#: Lines are placed in mean-head space, so they move with the face.
DRAWN_SKIN: Final = """
uniform sampler2D albedo_map;

// 1 on a line around the zero of `way`, at least a pixel wide.
float line_at(float way, float half_width) {
    float pixel = 0.7 * fwidth(way);
    half_width = max(half_width, pixel);
    return smoothstep(half_width + pixel, half_width - pixel, abs(way));
}

vec3 drawn_skin(vec3 albedo, vec3 n, float painted) {
    vec3 p = vec3(abs(place.x), place.yz);
    mat3 head = mat3(head_turn);
    // shade the face as an egg: without nose, cheeks and lids
    float neck = smoothstep(-5.5, -8.5, p.y - 0.35 * (p.z - 8.0));
    vec3 egg = head * normalize(vec3(place.x * 1.15, 0.35 * (p.y - 3.0), p.z + 1.0));
    vec3 soft = normalize(mix(egg, n, max(neck, smoothstep(7.4, 8.2, p.x))));
    float forward = 0.6 * (1.0 - neck);
    vec3 light = normalize(key_direction.xyz + vec3(0.0, 0.1, 0.3) + forward * head[2]);
    float lit = smoothstep(-0.02, 0.02, dot(soft, light) - 0.12);
    // shadows under the jaw, the nose and the lower lip
    float jaw = p.y + 7.9 - 0.095 * p.x * p.x, throat = p.y + 11.6 - 0.10 * p.x * p.x;
    lit *= 1.0 - smoothstep(0.10, -0.10, jaw) * smoothstep(-0.08, 0.08, throat);
    float side = key_direction.x > 0.0 ? -1.0 : 1.0;
    vec2 nose = (place.xy - vec2(0.16 * side, -0.55)) / vec2(0.60, 0.42);
    float marks = p.z > 10.0 ? smoothstep(1.15, 0.85, length(nose)) : 0.0;
    vec2 chin = (p.xy - vec2(0.0, -4.95)) / vec2(0.75, 0.14);
    marks = max(marks, p.z > 9.0 ? 0.8 * smoothstep(1.3, 0.7, length(chin)) : 0.0);
    // a line where the lips meet
    float seam = p.y + 3.36 + 0.035 * p.x * p.x;
    float mouth = p.z > 8.5 && p.x < 2.95 ? line_at(seam, 0.09 * smoothstep(3.05, 1.2, p.x)) : 0.0;
    vec2 cheek = (p.xy - vec2(4.5, -0.9)) / vec2(1.4, 2.0);
    if (p.z > 6.0) albedo *= mix(vec3(1.0), vec3(1.0, 0.72, 0.69), 0.6 * smoothstep(1.3, 0.3, length(cheek)));
    vec3 line = albedo * albedo * vec3(0.26, 0.08, 0.08);
    if (painted > 0.5) marks = 0.0;
    vec3 shaded = mix(vec3(0.86, 0.62, 0.60), vec3(0.62, 0.52, 0.66), painted);
    vec3 c = two_tones(albedo, shaded, lit * (1.0 - marks));
    return mix(c, sqrt(line), mouth);
}

void main() {
    if (covered_by_cloth()) discard;
    vec4 paint = texture(albedo_map, at * vec2(0.5, 1.0));
    colour = vec4(drawn_skin(paint.rgb * paint.rgb, facing_normal(), paint.a), 1.0);
}
"""

DRAWN_EYE: Final = """
uniform vec3 eye_middle[2];     // of the mean head, left and right
void main() {
    vec3 local = place - (place.x > 0.0 ? eye_middle[0] : eye_middle[1]);
    float size = 0.63 * iris_inner.w, front = step(0.0, local.z);
    vec2 q = local.xy / size * vec2(0.72, 0.94);
    float rq = length(q * vec2(1.06, 0.94)), soft = 0.75 * fwidth(rq) + 0.01;
    // dark above, bright below, the most saturated colour in a ring around the pupil
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
    // two highlights at fixed positions on the iris
    float shine = smoothstep(0.27 + soft, 0.27 - soft, length((q - vec2(-0.34, 0.34)) * vec2(1.0, 0.85)));
    shine = max(shine, smoothstep(0.13 + soft, 0.13 - soft, length(q - vec2(0.36, -0.40))));
    colour = vec4(sqrt(clamp(mix(drawn, vec3(1.0), shine * front), 0.0, 1.0)), 1.0);
}
"""

#: The inside of an anime mouth is one flat layer behind the tongue: its depths are squeezed together, in order.
FLAT_MOUTH: Final = """
float flat_mouth() {
    if (camera_up.w < 0.05) return gl_FragCoord.z;
    vec3 p = seen - head_turn[2].xyz * 0.97 * (place.z - 3.0);
    vec4 clip = to_clip * vec4(p, 1.0);
    return 0.5 + 0.5 * clip.z / clip.w;
}
bool is_tongue() { return abs(place.x) < 2.1 && place.y < -2.4 && place.z > 1.0 && open_sky < 0.0; }
"""
DRAWN_MOUTH: Final = (
    FLAT_MOUTH
    + """
uniform vec3 kind;              // part numbers of gums_and_tongue, teeth, mouth_socket
void main() {
    bool tongue = is_tongue(), tooth = abs(of_part - kind.y) < 0.5;
    // a dark cavity, a white band along the upper teeth, and the tongue's front; plain dark where lips hardly part
    vec3 hollow = vec3(0.26, 0.045, 0.055), drawn = hollow;
    if (tongue) drawn = mix(hollow, vec3(0.80, 0.27, 0.27), smoothstep(5.5, 7.5, place.z));
    else if (tooth && place.y > -3.4 && abs(place.x) < 1.5) drawn = vec3(0.93);
    gl_FragDepth = tongue ? gl_FragCoord.z : flat_mouth();
    colour = vec4(sqrt(camera_up.w < 0.05 ? vec3(0.18, 0.05, 0.05) : drawn), 1.0);
}
"""
)

DRAWN_HAIR: Final = """
float own_wave(float seed) { return 2.0 * fract(seed * 7.31) - 1.0; }
void main() {
    vec3 n = facing_normal();
    bool tie = kind > 3.5;
    // shade mostly by the skull's round shape, little by single locks
    mat3 head = mat3(head_turn);
    vec3 skull = (place - vec3(0.0, 5.0, -1.0)) * vec3(1.0, place.y > 5.0 ? 1.0 : 0.25, 1.0);
    vec3 own = normalize(skull), soft = normalize(mix(head * own, n, 0.30));
    float edge = abs(2.0 * at.x - 1.0);
    vec3 base = tie ? trim.rgb : mix(hair_root.rgb, hair_tip.rgb, 0.75 + 0.12 * own.y);
    float lit = smoothstep(-0.025, 0.025, dot(soft, drawn_light()) - 0.10) * smoothstep(0.4, 0.6, open_sky);
    vec3 shaded = mix(vec3(0.40, 0.34, 0.50), vec3(0.60, 0.50, 0.68), smoothstep(0.25, 0.6, open_sky));
    vec3 c = mix(base * shaded, base, lit);
    // a shadow where one lock overlaps the next
    c = mix(c, base * shaded, 0.55 * smoothstep(0.70, 0.84, edge) * smoothstep(0.25, 0.7, at.y) * lit);
    // a highlight around the crown, broken by each lock
    float band = own.y - 0.66 + 0.07 * edge * edge - 0.03 * own_wave(kind);
    float ring = smoothstep(0.055, 0.04, abs(band) + 0.035 * edge) * smoothstep(0.05, 0.25, soft.z);
    c = mix(c, min(base * 1.25 + 0.28, 1.0), ring * lit * (tie ? 0.0 : 0.8));
    colour = vec4(sqrt(clamp(c, 0.0, 1.0)), 1.0);
}
"""

DRAWN_CLOTH: Final = """
void main() {
    vec3 n = facing_normal();
    vec2 w = vec2(atan(place.x, place.z + 1.0) * 9.0, place.y);
    vec3 dye = cloth.rgb;
    float pattern = cloth.w, checks = step(0.5, fract(w.x * 0.35)) + step(0.5, fract(w.y * 0.35));
    if (kind > 0.5) dye = trim.rgb;
    else if (pattern > 1.5 && pattern < 2.5) dye = mix(dye, trim.rgb, 0.4 * checks);
    else if (pattern > 0.5 && pattern < 1.5) dye = mix(dye, trim.rgb, step(0.55, fract(w.y * 0.42)));
    float lit = dot(n, drawn_light());
    lit = smoothstep(-0.03, 0.03, lit - 0.10) * smoothstep(0.2, 0.35, open_sky);
    colour = vec4(two_tones(dye, vec3(0.66, 0.60, 0.76), lit), 1.0);
}
"""
