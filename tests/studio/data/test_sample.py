from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from studio.data.recipe import Recipe, scene_of
from studio.data.sample import (
    DEPTH_STEP,
    FILES,
    StudioSample,
    decode_sample,
    encode_sample,
    pack_normals,
    sample_of,
    unpack_normals,
)
from studio.errors import StudioError
from studio.head.source import PART
from studio.renderer import Studio

SIZE = 96


@pytest.fixture(scope="module")
def sample(small_studio: Studio) -> StudioSample:
    scene = scene_of(Recipe(count=1, style="clay"), 0)
    return sample_of(small_studio.render(scene.factors(0, 0), SIZE), scene.sample_id(0, 0))


def angle_deg(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), (a * b).sum(-1)))


def test_a_decoded_sample_equals_the_encoded_one(sample: StudioSample) -> None:
    files = encode_sample(sample)
    assert tuple(files) == FILES
    back = decode_sample(sample.key, files)
    assert (back.image == sample.image).all()
    assert (back.part == sample.part).all()
    assert (
        np.abs(back.background.astype(int) - sample.background).mean() < 4
    )  # the only one that loses something
    assert np.abs(back.depth - sample.depth).max() <= DEPTH_STEP / 2 + 1e-5
    assert ((back.depth > 0) == (sample.depth > 0)).all()
    seen = sample.depth > 0
    assert angle_deg(back.normal[seen].astype(float), sample.normal[seen].astype(float)).max() < 0.07
    assert not back.normal[~seen].any()
    assert (back.labels.expression == sample.labels.expression).all()


def test_the_same_sample_gives_the_same_bytes(sample: StudioSample) -> None:
    assert encode_sample(sample) == encode_sample(sample)


def test_files_have_the_documented_formats(sample: StudioSample) -> None:
    files = encode_sample(sample)
    shapes = {name: (Image.open(io.BytesIO(data)).mode, Image.open(io.BytesIO(data)).size) for name, data in files.items()
              if name != "label.json"}  # fmt: skip
    assert shapes == {
        "image.png": ("RGBA", (SIZE, SIZE)),
        "background.webp": ("RGB", (SIZE, SIZE)),
        "part.png": ("L", (SIZE, SIZE)),
        "normal.png": ("I;16", (2 * SIZE, SIZE)),
        "depth.png": ("I;16", (SIZE, SIZE)),
    }


def test_the_face_mask_is_the_face(sample: StudioSample) -> None:
    mask = sample.face_mask
    assert mask[sample.part == PART["face"]].all()
    assert not mask[(sample.part == 0) | (sample.part == PART["head_and_neck"])].any()
    assert 0.02 < mask.mean() < 0.6


def test_composed_is_the_person_over_the_background(sample: StudioSample) -> None:
    seen = sample.composed()
    alpha = sample.image[..., 3:] / 255.0
    exact = sample.image[..., :3] * alpha + sample.background * (1 - alpha)
    assert np.abs(seen - exact).max() <= 0.51


def test_rays_are_those_of_the_labels_camera(sample: StudioSample) -> None:
    rays = sample.plucker_rays()
    assert rays.shape == (SIZE, SIZE, 6)
    x, y, _ = sample.labels.landmarks[30]
    direction = sample.labels.landmarks_world[30] - _eye(sample)
    found = rays[int(y), int(x), :3]
    assert angle_deg(direction, found) < np.degrees(1.0 / float(sample.labels.intrinsics[0, 0]))


def _eye(sample: StudioSample) -> np.ndarray:
    matrix = np.linalg.inv(sample.labels.world_to_camera.astype(float))
    return matrix[:3, 3]


@given(st.integers(0, 2**32 - 1))
def test_packed_normals_keep_every_direction(seed: int) -> None:
    normal = np.random.default_rng(seed).normal(size=(3, 5, 3)).astype(np.float32)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    assert angle_deg(unpack_normals(pack_normals(normal)).astype(float), normal.astype(float)).max() < 0.07


@pytest.mark.parametrize("name", FILES)
def test_a_missing_or_damaged_file_is_an_error(sample: StudioSample, name: str) -> None:
    files = encode_sample(sample)
    with pytest.raises(StudioError, match=name):
        decode_sample("k", {other: data for other, data in files.items() if other != name})
    with pytest.raises(StudioError, match="damaged"):
        decode_sample("k", {**files, name: files[name][: len(files[name]) // 2]})
