"""Studio: renders a picture and its labels from factors.

with Studio(read_face_source(path)) as studio:
    picture = studio.render(Factors(identity=identity_weights(7)), size=256)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import moderngl
import numpy as np

from face.deform import with_lids
from protocol.blendshapes import INDEX
from runtime.engines.gl_context import create_context, make_current, release_context
from studio.arrays import Floats
from studio.backgrounds import BackgroundDrawing
from studio.camera import StudioCamera, camera_for_view
from studio.detail import Detail, detail_for
from studio.factors import Factors
from studio.grain import grain_texture
from studio.head.head_deformer import HeadDeformer
from studio.head.head_drawing import ALBEDO, GRAIN, SHADOW, SURFACE, HeadDrawing
from studio.head.head_level import GROUPS, HeadLevel, build_head_level
from studio.head.head_space import HeadSpace
from studio.head.mediapipe_landmarks import place_mediapipe_landmarks
from studio.head.mesh import StudioMesh, build_mesh
from studio.head.sky_visibility import sky_visibility
from studio.head.source import PART, FaceSource, tongue_vertices
from studio.labelled_image import LabelledImage
from studio.lights import light_of
from studio.look_cache import LookCache, LookResources
from studio.render_targets import RenderTargets
from studio.scene_uniforms import SceneUniforms
from studio.skin.painter import SkinPainter
from studio.worn.drawing import WornDrawing

#: Style -> factor of the identity weights: anime heads differ less from each other.
_IDENTITY_SHARE: Final = {"anime": np.float32(0.6)}
#: Shape -> how much it parts the lips.
_PARTING_BY_SHAPE: Final = {
    "jawOpen": 1.0, "mouthUpperUpLeft": 0.3, "mouthUpperUpRight": 0.3, "mouthLowerDownLeft": 0.3,
    "mouthLowerDownRight": 0.3, "mouthSmileLeft": 0.1, "mouthSmileRight": 0.1, "mouthFunnel": 0.3, "mouthClose": -1.0,
}  # fmt: skip
_PARTING: Final = [INDEX[name] for name in _PARTING_BY_SHAPE]
_PARTING_SHARES: Final = np.array(list(_PARTING_BY_SHAPE.values()), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class StudioPicture(LabelledImage):
    """A drawn picture and its labels.

    Attributes:
        landmarks: (68, 3) float32, Multi-PIE: x right and y down in pixels, and depth in head-model units.
        landmarks_world: (68, 3) float32, the same points in world space.
        mediapipe_landmarks: (478, 3) float32, MediaPipe's points, as `landmarks`.
        expression: (52,) float32, the ARKit coefficients that were drawn, 0..1.
        camera, factors: what the picture was drawn with.
    """

    landmarks: Floats
    landmarks_world: Floats
    mediapipe_landmarks: Floats
    expression: Floats
    camera: StudioCamera
    factors: Factors


@dataclass(frozen=True, slots=True, eq=False)
class _Head:
    """The head at one level of detail, on the graphics card."""

    level: HeadLevel
    deformer: HeadDeformer
    drawing: HeadDrawing


class Studio:
    """An OpenGL context with ICT-FaceKit's head in it; a context manager. Used by the thread that made it."""

    def __init__(self, source: FaceSource, mesh: StudioMesh | None = None) -> None:
        """Make the context and prepare the head, which takes seconds.

        Args:
            mesh: `build_mesh(source)` if it is made already.

        Raises:
            RenderError: there is no OpenGL 3.3.
        """
        self._mesh = mesh = mesh or build_mesh(source)
        self._gl = gl = create_context()
        self._source, self._mediapipe = source, place_mediapipe_landmarks(source, mesh)
        self._sky = sky = sky_visibility(gl, mesh, GROUPS["skin"])
        sky[mesh.part == PART["gums_and_tongue"]] = np.where(
            np.isin(mesh.source_vertex[mesh.part == PART["gums_and_tongue"]], tongue_vertices(source)),
            -1.0,
            1.0,
        )
        self._heads: dict[Detail, _Head] = {}
        space = HeadSpace(source)
        self._worn = WornDrawing(gl, space)
        self._looks = LookCache(gl, SkinPainter(gl, mesh), space)
        self._scene = SceneUniforms(gl)
        self._grain = grain_texture(gl)
        self._background_drawing = BackgroundDrawing(gl)
        self._targets: dict[int, RenderTargets] = {}
        self._expression = np.zeros(52, np.float32)

    def render(self, factors: Factors, size: int) -> StudioPicture:
        """Draw one picture and its labels.

        Args:
            size: side of the picture in pixels.
        """
        gl, style, detail = self._gl, factors.style, detail_for(size)
        make_current(gl)
        targets, head = self._targets_of(size), self._head_of(detail)
        deformer, drawing = head.deformer, head.drawing
        targets.large.use()  # transform feedback needs a bound framebuffer, although it draws no pixel

        # identity, expression, pose, and clothes and hair
        deformer.set_identity(factors.identity * _IDENTITY_SHARE.get(style, 1.0))
        expression = with_lids(
            factors.expression(), np.array(factors.gaze, np.float32), out=self._expression
        ).copy()
        look = self._looks.get(factors.look, style, detail.texture)
        targets.large.use()
        deformer.deform(factors, expression)
        self._worn.bend(look.worn, deformer, factors)
        camera, light = camera_for_view(factors.view), light_of(factors.background)
        to_light = self._scene.write(
            camera, light, deformer.eye_turn, deformer.head_turn, mouth_opening(expression)
        )

        gl.enable(moderngl.DEPTH_TEST)
        if style == "real":
            self._draw_shadow(drawing, look, to_light)
        for unit, texture in ((ALBEDO, look.albedo), (SURFACE, look.surface), (GRAIN, self._grain)):
            texture.use(unit)
        self._scene.shadow_map.use(SHADOW)

        # labels at the pixels' centres; hair and clothes first, so the depth test skips the skin that they hide
        targets.labels.use()
        targets.labels.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        self._worn.draw_labels(look.worn, style, fine=detail.fine)
        drawing.draw_labels(style)

        # the picture, supersampled, then averaged
        targets.large.use()
        targets.large.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        self._worn.draw_colour(look.worn, style, fine=detail.fine)
        drawing.draw_colour(style)
        self._worn.draw_lenses(look.worn, style, fine=detail.fine)
        gl.disable(moderngl.DEPTH_TEST)
        targets.resolve(style)
        image = targets.read_small()
        targets.blurred.use()
        self._background_drawing.draw(factors.background, style, camera)
        background = targets.read_blurred()
        normal_depth, part = targets.read_labels()
        vertices = deformer.read()[0]
        world = vertices[head.level.mesh.landmarks]
        return StudioPicture(
            image=np.ascontiguousarray(image),
            part=part,
            normal=np.ascontiguousarray(normal_depth[..., :3]),
            depth=np.ascontiguousarray(normal_depth[..., 3]),
            landmarks=camera.project(world, size),
            landmarks_world=world.copy(),
            expression=expression,
            camera=camera,
            factors=factors,
            background=background,
            mediapipe_landmarks=camera.project(head.level.mediapipe.of(vertices), size),
        )

    def _draw_shadow(self, drawing: HeadDrawing, look: LookResources, to_light: Floats) -> None:
        """Draw the shadow map of the key light; `to_light` (4, 4) is world space to its clip space."""
        self._scene.shadow.use()
        self._scene.shadow.clear(depth=1.0)
        drawing.draw_shadow(to_light)
        self._worn.draw_shadow(look.worn, to_light)

    def close(self) -> None:
        """Release the context with everything in it."""
        release_context(self._gl)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _head_of(self, detail: Detail) -> _Head:
        if detail not in self._heads:
            level = build_head_level(self._mesh, self._mediapipe, self._sky, detail)
            deformer = HeadDeformer(self._gl, level.mesh, self._source)
            drawing = HeadDrawing(self._gl, level, deformer, fine=detail.fine)
            self._heads[detail] = _Head(level, deformer, drawing)
        return self._heads[detail]

    def _targets_of(self, size: int) -> RenderTargets:
        if size not in self._targets:
            self._targets[size] = RenderTargets(self._gl, size)
        return self._targets[size]


def mouth_opening(expression: Floats) -> float:
    """How far ARKit coefficients (52,) part the lips, 0..1."""
    return float(np.clip(expression[_PARTING] @ _PARTING_SHARES, 0.0, 1.0))
