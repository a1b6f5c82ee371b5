"""GLSL of anime hair, clothes and glasses: vertices, surfaces and labels."""

from __future__ import annotations

from typing import Final

from studio.shaders.anime import DRAWN_CLOTH, DRAWN_HAIR
from studio.shaders.hair import hair_sources
from studio.shaders.shading import common_source
from studio.shaders.uniform_blocks import LOOK_FIELDS, SCENE_FIELDS, block_source

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

_CLOTH: Final = """
void main() {
    vec3 n = normalize(seen_normal), v = normalize(-seen);
    // flip the normal on the inner side; at the outline, bend interpolated normals that point away towards the camera
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
        // small pictures: diffuse light only, cloth hardly shines
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
    s.glow = ambient_at(n) * dye * velvet * 0.5;
    colour = vec4(shade(s), 1.0);
}
"""

_GLASSES: Final = """
void main() {
    vec3 n = facing_normal(), v = normalize(-seen);
    if (kind > 0.5) {   // a lens: only its reflection
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
    if (IS_LENS) discard;
    vec3 n = normalize(seen_normal);
    truth = vec4(dot(n, seen) > 0.0 ? -n : n, -seen.z);
    part = part_number / 255.0;
}
"""
_MATERIALS: Final = {"clothes": _CLOTH, "glasses": _GLASSES}
#: Materials that style `anime` draws in its own way.
_DRAWN: Final = {"hair": DRAWN_HAIR, "clothes": DRAWN_CLOTH}


def worn_sources(kind: str, material: str, style: str, *, fine: bool) -> tuple[str, str]:
    """Vertex and fragment shader of a worn material.

    Args:
        kind: "colour" or "label".
        material: hair, clothes or glasses.
        style: real or anime; clay draws nothing worn.
        fine: with details for large pictures.
    """
    if material == "hair" and style == "real":
        return hair_sources(kind, fine=fine)
    if kind == "label":
        return WORN_VERTEX, _label_source(material, fine=fine)
    drawn = _DRAWN.get(material) if style == "anime" else None
    common = common_source(style, fine=fine) + "in vec3 along;\nflat in float kind;\n"
    return WORN_VERTEX, common + (drawn or _MATERIALS[material])


def _label_source(material: str, *, fine: bool) -> str:
    """The fragment shader of the labels; lenses are not labelled."""
    flags = f"#version 330\n#define FINE {str(fine).lower()}\n"
    return flags + _LABEL + _LABEL_MAIN.replace("IS_LENS", "kind > 0.5" if material == "glasses" else "false")
