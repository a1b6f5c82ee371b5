"""GLSL of the labels: part number, normal and depth of the surface at a pixel's centre."""

from __future__ import annotations

from typing import Final

from studio.shaders.anime import FLAT_MOUTH
from studio.shaders.materials import COVERED_BY_CLOTH, LASH
from studio.shaders.uniform_blocks import LOOK_FIELDS, SCENE_FIELDS, block_source

_HEAD: Final = (
    "#version 330\n"
    + block_source("LookBlock", LOOK_FIELDS)
    + """
in vec3 seen;
in vec3 seen_normal;
in vec2 at;
in vec3 place;
flat in float of_part;
layout(location = 0) out vec4 truth;   // normal, depth
layout(location = 1) out float part;
void write(float number) {
    vec3 n = normalize(seen_normal);
    truth = vec4(dot(n, seen) > 0.0 ? -n : n, -seen.z);
    part = number / 255.0;
}
"""
)
_SOLID: Final = "void main() { write(of_part); }\n"
#: Painted brows, beards and hair are labelled where they cover at least half.
_SKIN: Final = """
uniform sampler2D albedo_map;
uniform vec3 painted_parts;     // x: 1 if any hair is painted; part numbers of y: brows, z: hair
void main() {
    if (covered_by_cloth()) discard;
    bool painted = painted_parts.x > 0.5 && texture(albedo_map, at * vec2(0.5, 1.0)).a >= 0.5;
    bool brow = place.z > 6.0 && place.y > 4.2 && place.y < 7.6;
    write(painted ? (brow ? painted_parts.y : painted_parts.z) : of_part);
}
"""
_MOUTH: Final = """
void main() {
    gl_FragDepth = is_tongue() ? gl_FragCoord.z : flat_mouth();
    write(of_part);
}
"""
_LASH: Final = """
void main() {
    if (lash_alpha() < 0.5) discard;
    if (STYLE_ANIME) gl_FragDepth = lash_depth();
    write(of_part);
}
"""


def label_source(material: str, style: str) -> str:
    """The fragment shader that labels a material; opaque materials share one."""
    if material == "skin":
        return _HEAD + COVERED_BY_CLOTH + _SKIN
    if material == "mouth" and style == "anime":
        return _HEAD + block_source("Scene", SCENE_FIELDS) + "in float open_sky;\n" + FLAT_MOUTH + _MOUTH
    if material == "lash":
        return _HEAD + f"#define STYLE_ANIME {'true' if style == 'anime' else 'false'}\n" + LASH + _LASH
    return _HEAD + _SOLID
