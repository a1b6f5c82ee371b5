"""The laws of living skin on the head model: nothing at rest, bulges outwards, furrows that age deepens."""

from __future__ import annotations

import numpy as np
import pytest

from face.head_model import load_head_model
from face.normals import vertex_normals
from face.vertex_features import VertexFeatures
from protocol.blendshapes import INDEX
from studio.head.living_skin import BULGE, LID_SHAPES, LivingSkin, SkinMaker, fat_of

SMILE = ("mouthSmileLeft", "mouthSmileRight", "cheekSquintLeft", "cheekSquintRight")
BROWS = ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")


def weights(*names: str) -> np.ndarray:
    made = np.zeros(52, np.float32)
    made[[INDEX[name] for name in names]] = 1.0
    return made


@pytest.fixture(scope="module")
def face() -> VertexFeatures:
    return VertexFeatures(load_head_model())


@pytest.fixture(scope="module")
def maker(face: VertexFeatures) -> SkinMaker:
    model = load_head_model()
    return SkinMaker(
        model.vertices[face.face], face.triangles, model.uv[face.face], model.expression[:, face.face]
    )


@pytest.fixture(scope="module")
def mean_skin(maker: SkinMaker, face: VertexFeatures) -> LivingSkin:
    return maker.skin(load_head_model().vertices[face.face])


def test_at_rest_nothing_moves(mean_skin: LivingSkin) -> None:
    assert not mean_skin.offsets(np.zeros(52, np.float32), age=1.0).any()


def test_the_mean_head_follows_its_own_shapes(mean_skin: LivingSkin) -> None:
    assert np.abs(mean_skin.residual).max() < 1e-4


def test_lids_keep_their_shapes_on_every_head(maker: SkinMaker, face: VertexFeatures) -> None:
    neutral = load_head_model().shape(np.full(6, 1.5, np.float32))[face.face]
    residual = maker.skin(neutral).residual
    assert not residual[list(LID_SHAPES)].any()
    assert np.abs(residual[INDEX["jawOpen"]]).max() > 0.02


def test_smiling_cheeks_bulge_outwards(mean_skin: LivingSkin, face: VertexFeatures) -> None:
    model = load_head_model()
    neutral, uv = model.vertices[face.face], model.uv[face.face]
    outwards = vertex_normals(neutral, face.triangles)
    out = (mean_skin.offsets(weights(*SMILE), age=0.0) * outwards).sum(1)
    cheeks = (np.abs(np.abs(uv[:, 0] - 0.5) - 0.22) < 0.06) & (np.abs(uv[:, 1] - 0.6) < 0.05)
    assert out[cheeks].mean() > 0.03  # a third of a millimetre, where a unit is a centimetre
    forehead = np.abs(uv[:, 1] - 0.9) < 0.05
    assert np.abs(out[forehead]).max() < 0.2 * out[cheeks].max()


def test_age_deepens_furrows_and_nothing_else(mean_skin: LivingSkin, face: VertexFeatures) -> None:
    uv = load_head_model().uv[face.face]
    young, old = (mean_skin.offsets(weights(*BROWS), age=age) for age in (0.0, 1.0))
    deeper = np.linalg.norm(old - young, axis=1)
    assert deeper[uv[:, 1] > 0.84].max() > 0.02
    assert deeper[uv[:, 1] < 0.6].max() == 0.0
    none = mean_skin.offsets(weights("jawForward"), age=1.0) - mean_skin.offsets(
        weights("jawForward"), age=0.0
    )
    assert np.abs(none).max() < 0.01


def test_bulges_have_an_end(mean_skin: LivingSkin) -> None:
    everything = mean_skin.offsets(np.full(52, 5.0, np.float32), age=0.0)
    furrows = np.linalg.norm(mean_skin.furrow, axis=2).sum(0)
    linear = np.linalg.norm(5.0 * mean_skin.residual.sum(0), axis=1)
    assert (np.linalg.norm(everything, axis=1) < 0.25 * BULGE * 1.1 + furrows + linear).all()


def test_there_is_fat_in_cheeks_and_chin_and_hardly_any_on_the_nose() -> None:
    cheek, chin, nose = fat_of(np.array([[0.74, 0.56], [0.5, 0.22], [0.5, 0.62]], np.float32))
    assert cheek > 0.9
    assert chin > 0.6
    assert nose < 0.15
    left, right = fat_of(np.array([[0.7, 0.5], [0.3, 0.5]], np.float32))
    assert left == pytest.approx(right, abs=1e-6)
