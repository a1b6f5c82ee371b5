"""GLSL of the `head` engine. Colours are sRGB throughout: blending a picture with itself changes nothing."""

from __future__ import annotations

from typing import Final

from runtime.engines.head_outline import SLACK

# Every mesh moves the same way: rest position -> share of the head's turn, shift and scale -> view.
MOVE: Final = """
#version 330
uniform mat4 to_rest;        // head space to rest space; identity for meshes already there
uniform mat4 view_projection;
uniform vec3 pivot;          // rest space
uniform vec3 turn;           // rotation vector of the head against the portrait
uniform vec3 shift;
uniform float scale;
uniform float body_share;    // how much of shift and scale the body takes

vec3 spun(vec3 q, float follow) {
    vec3 w = turn * follow;
    float angle = length(w);
    if (angle < 1e-6) return q;
    vec3 k = w / angle;      // Rodrigues
    float c = cos(angle), s = sin(angle);
    return q * c + cross(k, q) * s + k * dot(k, q) * (1.0 - c);
}

vec3 moved(vec3 position, float follow) {
    vec3 q = spun((to_rest * vec4(position, 1.0)).xyz - pivot, follow);
    float share = mix(body_share, 1.0, follow);
    return pivot + q * mix(1.0, scale, share) + shift * share;
}

vec4 place(vec3 position, float follow) { return view_projection * vec4(moved(position, follow), 1.0); }
"""

TEXTURED_VERTEX: Final = (
    MOVE
    + """
uniform vec3 camera;                        // rest space
in vec3 position;
in vec3 normal;                             // outwards, at rest; as long as it takes to be whole where facing is 1
in vec2 uv;
in float follow;
out vec2 at;
out float facing;
void main() {
    at = uv;
    vec3 p = moved(position, follow);
    facing = dot(spun(normal, follow), normalize(camera - p));
    gl_Position = view_projection * vec4(p, 1.0);
}
"""
)

# A turned relief gets an outline where its surface turns away from the camera: soft there, as in FACE_FRAGMENT.
TEXTURED_FRAGMENT: Final = """
#version 330
uniform sampler2D picture;
uniform float turned;                       // 0 as in the portrait, where the picture has its own outline
uniform float inner;                        // 1: the inner side is seen too
in vec2 at;
in float facing;
out vec4 colour;
void main() {
    float towards = mix(facing, abs(facing), inner);
    float covered = clamp(towards / max(EDGE_PX * fwidth(facing), 1.0), 0.0, 1.0);
    colour = texture(picture, at) * mix(1.0, covered * covered, turned);  // premultiplied
    if (colour.a < 0.004) discard;
}
""".replace("EDGE_PX", "1.5")

TINTED_VERTEX: Final = (
    MOVE
    + """
in vec3 position;
in float follow;
in vec4 tint;                               // premultiplied
out vec4 shade;
void main() { shade = tint; gl_Position = place(position, follow); }
"""
)

TINTED_FRAGMENT: Final = """
#version 330
in vec4 shade;
out vec4 colour;
void main() {
    colour = shade;
    if (colour.a < 0.02) discard;
}
"""

SHADED_VERTEX: Final = (
    MOVE
    + """
in vec3 position;
in vec3 tint;
in vec2 uv;                                 // of the portrait's own mouth
out vec3 shade;
out vec2 at;
out vec3 within;                            // head space
uniform vec3 inwards;                       // head space: moves the mouth back, so that lips it touches cover it
void main() {
    shade = tint;
    at = uv;
    within = position;
    gl_Position = place(position, 1.0);
    vec4 behind = place(position + inwards, 1.0);
    gl_Position.z = behind.z / behind.w * gl_Position.w;
}
"""
)

# Light comes in between the lips: as much as what is inside sees of the opening, which is bounded by two parabolas. Where
# it sees little, close behind lips that are hardly parted, or in a corner of the mouth, there is the flesh of the lips.
SHADED_FRAGMENT: Final = (
    """
#version 330
uniform vec4 lips;                          // middle and half width; height of both corners
uniform vec3 opening;                       // heights of upper and lower lip in the middle; depth of the lips
uniform vec3 flesh;                         // what is seen where no light comes
uniform sampler2D picture;                  // what the portrait shows between parted lips, premultiplied
uniform float own_share;                    // falls as the mouth leaves the portrait's expression
uniform float own_teeth;                    // 1: the picture shows teeth that stay on them, and are lit as what is inside
in vec3 shade;
in vec2 at;
in vec3 within;
out vec4 colour;
void main() {
    float across = clamp((within.x - lips.x) / lips.y, -1.0, 1.0);
    float corner = mix(lips.z, lips.w, across * 0.5 + 0.5);
    vec2 edge = mix(opening.xy, vec2(corner), across * across);
    float depth = clamp(opening.z - within.z, 0.0, DEEPEST) + LIPS_THICK;
    vec2 way = vec2(edge.x - within.y, within.y - edge.y) / depth;
    float seen = max((atan(way.x) + atan(way.y)) / 3.14159265, 0.0);
    vec4 own = texture(picture, at) * own_share;
    vec3 inside = shade * (1.0 - own.a * own_teeth) + own.rgb * own_teeth;
    own *= 1.0 - own_teeth;
    colour = vec4(own.rgb + mix(inside, flesh, exp(-LIT * seen)) * (1.0 - own.a), 1.0);
}
""".replace("DEEPEST", "1.1")
    .replace("LIPS_THICK", "0.5")
    .replace("LIT", "10.0")
)

EYE_VERTEX: Final = (
    MOVE
    + """
uniform vec3 centre;                        // head space
in vec3 position;
out vec3 direction;
uniform vec3 inwards;                       // head space: moves the eyeball back, so that touching lids cover it
uniform float swell;                        // above 1: what is seen beside a ball that is smaller than its lids
void main() {
    direction = position - centre;
    vec3 at = centre + swell * direction;
    gl_Position = place(at, 1.0);
    vec4 behind = place(at + inwards, 1.0);
    gl_Position.z = (swell > 1.0 ? 0.9999 : behind.z / behind.w) * gl_Position.w;  // behind all balls and skin
}
"""
)

EYE_FRAGMENT: Final = """
#version 330
uniform sampler2D sclera;                   // front view of the whole ball
uniform sampler2D iris;                     // a disc, premultiplied
uniform mat3 unturn;                        // head space to the turned eye's own space
uniform float iris_sine;                    // sine of the iris' half angle
uniform float swell;
in vec3 direction;
out vec4 colour;
void main() {
    vec3 n = normalize(direction);
    vec3 ball = texture(sclera, n.xy * 0.5 + 0.5).rgb;
    if (swell > 1.0) {                      // its corner, in the lids' shadow
        colour = vec4(CORNER * ball, 1.0);
        return;
    }
    vec3 e = unturn * n;
    vec2 at = e.xy / iris_sine;             // 1 at the limbus
    vec4 disc = e.z > 0.0 ? texture(iris, at * 0.4 + 0.5) : vec4(0.0);
    colour = vec4(disc.rgb + ball * (1.0 - disc.a), 1.0);
}
""".replace("CORNER", "vec3(0.82, 0.76, 0.75)")

FACE_VERTEX: Final = (
    MOVE
    + """
uniform vec3 camera;                        // rest space
uniform float lift;                         // half a pixel, model units, and what SLACK takes of a ball
in vec3 position;
in vec3 normal;
in vec2 uv;
in vec2 rim;                                // 1 where the face's outline can be, 0 around nose, eyes and mouth; x: and lids
out vec2 at;
out float facing;
out vec2 outer;
void main() {
    at = uv;
    outer = rim;
    vec3 p = moved(position, 1.0);
    vec3 n = spun(mat3(to_rest) * normal, 1.0);
    facing = dot(n, normalize(camera - p)) - SLACK * rim.y;
    // the fade lies inside of the outline, so that the face is larger there by as much
    p += n * (lift * rim.y * clamp(1.0 - 3.0 * abs(facing), 0.0, 1.0));
    gl_Position = view_projection * vec4(p, 1.0);
}
""".replace("SLACK", str(SLACK))
)

# The outline is where the surface turns away from the camera. The mesh's own edge lies outside of there, since whole pixels
# of a facet would be stairs: SLACK is subtracted. The cosine c tells how far away the outline is: on a ball c^2 * bend
# pixels. On flatter skin its derivative tells more; in slivers of triangles that is the one of their neighbours, and too
# large. Lids and lips (outer.x without outer.y) are hard edges, whose normals do not reach 0: half of the last pixel.
FACE_FRAGMENT: Final = """
#version 330
uniform sampler2D picture;
in vec2 at;
uniform vec4 ink;                           // of a drawing's outline, premultiplied; 0 in photographs
uniform float ink_width;                    // pixels
uniform float bend;                         // half of the radius of a face's outline, pixels
in float facing;
in vec2 outer;
out vec4 colour;
void main() {
    float inside = facing / max(fwidth(facing), 1e-4);
    float front = max(facing, 0.0);
    float bent = max(FLATTER * inside, bend * front * (front + 2.0 * SLACK));
    float covered = clamp(mix(inside + 0.5, bent, outer.y), 0.0, 1.0);
    colour = texture(picture, at);
    float line = outer.y * clamp(ink_width + 1.0 - bent, 0.0, 1.0) * colour.a;
    float shown = mix(1.0, covered, outer.x);
    colour = colour * (shown - shown * ink.a * line) + ink * (shown * line);
    if (colour.a < 0.02) discard;
}
""".replace("FLATTER", "0.7").replace("SLACK", str(SLACK))

# Light and shade of folded skin, over the face's texture and just in front of it. Shade is warm, as light that comes out of
# skin is; what faces away shows none, since the outline is soft there.
WRINKLE_VERTEX: Final = (
    MOVE
    + """
uniform vec3 camera;                        // rest space
uniform vec4 folds_a, folds_b;              // 0..1 of each region
uniform sampler2D picture;
in vec3 position;
in vec2 uv;
in vec3 normal;
in vec4 regions_a, regions_b;               // how far the vertex belongs to each
out vec2 at;
out float facing;
out float fold;
flat out float warm;                        // 0 = a grey photograph, 1 = skin
void main() {
    at = uv;
    vec3 cheeks = texture(picture, vec2(0.32, 0.58)).rgb + texture(picture, vec2(0.68, 0.58)).rgb
                + texture(picture, vec2(0.40, 0.50)).rgb + texture(picture, vec2(0.60, 0.50)).rgb;
    warm = clamp(5.0 * (cheeks.r - cheeks.b) / max(cheeks.r, 0.01) - 0.5, 0.0, 1.0);
    fold = min(dot(regions_a, folds_a) + dot(regions_b, folds_b), 1.0);
    vec3 p = moved(position, 1.0);
    facing = dot(spun(mat3(to_rest) * normal, 1.0), normalize(camera - p));
    gl_Position = view_projection * vec4(p, 1.0);
    gl_Position.z -= 2e-5 * gl_Position.w;
}
"""
)

WRINKLE_FRAGMENT: Final = """
#version 330
uniform sampler2D picture;
uniform sampler2D wrinkles;                 // darker, lighter
in vec2 at;
in float facing;
in float fold;
flat in float warm;
out vec4 colour;
void main() {
    if (fold < 0.01) discard;               // before the textures: most regions are smooth most of the time
    vec2 tone = texture(wrinkles, at).rg * (fold * clamp(3.0 * facing - 0.3, 0.0, 1.0));
    if (tone.r + tone.g < 0.004) discard;
    vec4 skin = texture(picture, at);       // premultiplied
    vec3 shaded = skin.rgb * (1.0 - tone.r * mix(vec3(0.8), vec3(0.5, 0.92, 1.05), warm));
    colour = vec4(shaded + tone.g * 1.2 * skin.rgb * (skin.aaa - skin.rgb), skin.a);
}
"""

# Skin on the lids, over what the portrait shows there of lashes and eyes, and the line of lashes at their rim; just in
# front of the face, which is drawn before. The lashes are there as soon as the lid has left the portrait's own, and on the
# skin below the lid once it is nearly shut.
LID_VERTEX: Final = (
    MOVE
    + """
in vec3 position;
in vec4 paint;                              // straight
in float side;                              // 0 = the subject's left
in vec4 lash;                               // colour; distance from the line, in its widths
in float below;                             // the same on the skin around
in vec2 uv;                                 // in the picture of shut eyes
uniform vec2 shut;                          // 0..1, left and right
out vec4 skin;
out vec2 at;
out float covered;
out vec4 line;
out float under;
out float begun;
void main() {
    float closed = mix(shut.x, shut.y, side);
    skin = vec4(paint.rgb, paint.a * closed);
    at = uv;
    covered = closed;
    line = lash;
    under = below;
    begun = min(1.0, 3.0 * closed);
    gl_Position = place(position, 1.0);
    gl_Position.z -= 4e-5 * gl_Position.w;
}
"""
)

LID_FRAGMENT: Final = """
#version 330
uniform sampler2D picture;                  // of shut eyes, premultiplied
in vec4 skin;
in vec2 at;
in float covered;
in vec4 line;
in float under;
in float begun;
out vec4 colour;
void main() {
    float dark = begun * (1.0 - smoothstep(0.1, 1.0, line.w));
    dark = max(dark, 0.75 * smoothstep(0.75, 1.0, covered) * (1.0 - smoothstep(0.0, 1.2, under)));
    vec4 own = texture(picture, at) * covered;
    vec4 lid = vec4(skin.rgb, 1.0) * skin.a * (1.0 - own.a) + own;
    colour = mix(lid, vec4(line.rgb, 1.0), dark);
    if (colour.a < 0.02) discard;
}
"""

SCREEN_VERTEX: Final = """
#version 330
in vec2 corner;
void main() { gl_Position = vec4(corner, 0.0, 1.0); }
"""

# The picture behind the head, texel for texel.
PLATE_FRAGMENT: Final = """
#version 330
uniform sampler2D plate;                    // premultiplied
out vec4 colour;
void main() { colour = texelFetch(plate, ivec2(gl_FragCoord.xy), 0); }
"""

# Leaves premultiplied alpha; only needed where something shows through.
FINISH_FRAGMENT: Final = """
#version 330
uniform sampler2D drawn;                    // premultiplied
out vec4 colour;
void main() {
    vec4 m = texelFetch(drawn, ivec2(gl_FragCoord.xy), 0);
    colour = m.a > 0.0 ? vec4(m.rgb / m.a, m.a) : vec4(0.0);
}
"""
