from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

from face.camera import rotation
from protocol.blendshapes import INDEX
from runtime.engines.gl_context import create_context, make_current, release_context
from studio.factors import STYLES, Factors, Pose
from studio.head.head_deformer import PIVOT, HeadDeformer
from studio.head.identity import identity_weights
from studio.head.mesh import HEAD, StudioMesh, build_mesh
from studio.head.source import PART, FaceSource, read_face_source
from studio.look import look_of
from studio.renderer import Studio, StudioPicture


def look_with(style: str, hair: str) -> int:
    """The first look of a style that has this hair."""
    return next(seed for seed in range(500) if look_of(seed, style).hair == hair)


def blinking(amount: float) -> np.ndarray:
    shapes = np.zeros(52, np.float32)
    shapes[[INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]] = amount
    return shapes


def count(picture: StudioPicture, *names: str) -> int:
    return int(np.isin(picture.part, [PART[name] for name in names]).sum())


@pytest.fixture(scope="module")
def gl() -> Iterator[Any]:
    context = create_context()
    yield context
    release_context(context)


@pytest.fixture(scope="module")
def source(small_head: Any) -> FaceSource:
    return read_face_source(small_head)


@pytest.fixture(scope="module")
def mesh(source: FaceSource) -> StudioMesh:
    return build_mesh(source)


@pytest.fixture
def deformer(gl: Any, mesh: StudioMesh, source: FaceSource) -> HeadDeformer:
    make_current(gl)
    # transform feedback needs a framebuffer, although it draws no pixel
    gl.framebuffer([gl.texture((4, 4), 4)]).use()
    return HeadDeformer(gl, mesh, source)


def test_expressions_are_the_sum_of_their_shapes(
    deformer: HeadDeformer, mesh: StudioMesh, source: FaceSource
) -> None:
    """The shader against a loop over the shapes; the resting correction is in both poses and cancels."""
    weights = identity_weights(3)
    shapes = np.zeros(52, np.float32)
    shapes[[INDEX["jawOpen"], INDEX["mouthSmileLeft"], INDEX["browInnerUp"]]] = 0.7, 0.4, 0.9
    deformer.set_identity(weights)
    deformer.deform(Factors(style="clay"), np.zeros(52, np.float32))
    rest = deformer.read()[0].copy()
    deformer.deform(Factors(style="clay"), shapes)
    moved = deformer.read()[0] - rest
    expected = np.zeros_like(source.vertices)
    for k in np.flatnonzero(shapes):
        rows = slice(source.shape_rows[k], source.shape_rows[k + 1])
        expected[source.shape_vertex[rows]] += shapes[k] * source.shape_delta[rows]
    skin = mesh.bone == HEAD
    np.testing.assert_allclose(moved[skin], expected[mesh.source_vertex[skin]], atol=2e-3)


def test_identities_are_the_mean_head_and_its_modes(deformer: HeadDeformer, source: FaceSource) -> None:
    weights = identity_weights(5)
    deformer.set_identity(weights)
    slow = sum(w * mode.astype(np.float64) for w, mode in zip(weights, source.identity, strict=True))
    np.testing.assert_allclose(deformer.identity_delta, slow, atol=1e-4)


def test_a_pose_rotates_the_head_around_the_neck_and_leaves_the_shoulders(
    deformer: HeadDeformer, mesh: StudioMesh
) -> None:
    deformer.set_identity(np.zeros(100, np.float32))
    still, shapes = Factors(style="clay"), np.zeros(52, np.float32)
    deformer.deform(still, shapes)
    before = deformer.read()[0].copy()
    deformer.deform(replace(still, pose=Pose(yaw=0.4, pitch=0.1)), shapes)
    after = deformer.read()[0]
    top, bottom = mesh.rest[:, 1] > -5.0, mesh.rest[:, 1] < -15.5
    turned = (before[top] - PIVOT) @ rotation(0.4, 0.1, 0.0).T + PIVOT
    np.testing.assert_allclose(after[top], turned, atol=1e-3)
    np.testing.assert_allclose(after[bottom], before[bottom], atol=1e-4)
    np.testing.assert_allclose(deformer.head_turn, rotation(0.4, 0.1, 0.0), atol=1e-6)


@pytest.mark.parametrize("style", STYLES)
def test_a_blink_hides_the_eyes_of_every_identity(ict_studio: Studio, style: str) -> None:
    for number in (0, 3, 9, 14):
        factors = Factors(identity=identity_weights(number), look=look_with("real", "slick"), style=style)
        awake = ict_studio.render(factors, 256)
        asleep = ict_studio.render(replace(factors, articulation=blinking(1.0)), 256)
        assert count(awake, "eyeball_left", "eyeball_right") > 60
        assert count(asleep, "eyeball_left", "eyeball_right") <= 3


def test_an_open_mouth_shows_its_inside_and_a_shut_one_no_teeth_through_lips(ict_studio: Studio) -> None:
    factors = Factors(identity=identity_weights(5), look=look_with("real", "buzz"), style="real")
    shut = ict_studio.render(factors, 256)
    open_shapes = np.zeros(52, np.float32)
    open_shapes[INDEX["jawOpen"]] = 0.9
    wide = ict_studio.render(replace(factors, articulation=open_shapes), 256)
    inside = ("teeth", "gums_and_tongue", "mouth_socket")
    assert count(wide, *inside) > 10 * max(count(shut, *inside), 1)
    rows, columns = np.nonzero(np.isin(wide.part, [PART[n] for n in inside]))
    lit = wide.image[rows, columns, :3].mean()
    assert lit < 0.75 * wide.image[wide.part == PART["face"]][:, :3].mean()


def test_anime_eyes_are_larger_and_landmarks_follow(ict_studio: Studio) -> None:
    real = ict_studio.render(Factors(style="real"), 256)
    drawn = ict_studio.render(Factors(style="anime"), 256)

    def height(picture: StudioPicture) -> float:
        lower, upper = picture.landmarks[[40, 41], 1].mean(), picture.landmarks[[37, 38], 1].mean()
        return float(lower - upper)

    def seen(picture: StudioPicture) -> float:
        rows = np.nonzero((picture.part == PART["eyeball_right"]).any(1))[0]
        return float(np.ptp(rows))

    assert height(drawn) > 1.4 * height(real)
    assert seen(drawn) > 1.4 * seen(real)
    assert drawn.landmarks[30, 2] > real.landmarks[30, 2]  # the nose's tip is further back
