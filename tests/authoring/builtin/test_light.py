from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.builtin.light import (
    hair_shadow,
    linear_to_srgb,
    rim_light,
    screen_space_visibility,
    specular,
    srgb_to_linear,
    strand_specular,
    two_tone,
)
from authoring.builtin.surface import HAIR, SKIN, GBuffer

SIZE = 256
FRONT = np.array([0.0, 0.0, 1.0])


def buffer(depth: np.ndarray, material: np.ndarray) -> GBuffer:
    zero = np.zeros((SIZE, SIZE, 3), np.float32)
    return GBuffer(
        scale=1,
        material=material.astype(np.int8),
        depth=depth.astype(np.float32),
        normal=zero,
        along=zero,
        across=zero[..., :2],
        tone=zero[..., 0],
    )


@pytest.mark.parametrize(
    ("srgb", "light"), [(0.0, 0.0), (0.02, 0.0015480), (0.2, 0.0331048), (0.5, 0.2140411), (1.0, 1.0)]
)
def test_srgb_is_decoded_as_iec_61966_says(srgb: float, light: float) -> None:
    assert srgb_to_linear((srgb, srgb, srgb)) == pytest.approx([light] * 3, abs=1e-6)


def test_encoding_undoes_decoding_below_the_compressed_highlights() -> None:
    for value in (0.0, 0.01, 0.3, 0.6, 0.85):
        light = srgb_to_linear((value, value, value))
        assert linear_to_srgb(light) == pytest.approx([value] * 3, abs=1e-5)
    bright = linear_to_srgb(np.array([0.8, 1.0, 2.0, 100.0], np.float32))
    assert (np.diff(bright) > 0).all()
    assert bright.max() <= 1


def test_specular_is_strongest_half_way_to_the_light() -> None:
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    tilt = np.linspace(0, np.pi / 2, 30)
    normals = np.array(
        [[np.sin(t) * np.cos(a), np.sin(t) * np.sin(a), np.cos(t)] for t in tilt for a in angles], np.float32
    )
    key = np.array([-0.50, 0.55, 0.80]) / np.linalg.norm([-0.50, 0.55, 0.80])
    half = (key + FRONT) / np.linalg.norm(key + FRONT)
    best = normals[specular(normals, 40).argmax()]
    assert np.degrees(np.arccos(best @ half)) < 4


def test_rim_light_is_at_outlines_only_and_warm_on_the_right() -> None:
    front, right, left = rim_light(np.array([[0, 0, 1], [1, 0, 0], [-1, 0, 0]], np.float32), 3.0)
    assert front.max() == 0
    assert right[0] > right[2]
    assert left[2] > left[0]


def test_a_strand_across_the_light_shines_and_one_along_it_does_not() -> None:
    light = np.array([-0.25, 0.80, 0.62]) / np.linalg.norm([-0.25, 0.80, 0.62])
    half = (light + FRONT) / np.linalg.norm(light + FRONT)
    across = np.cross(half, (1, 0, 0))
    along = np.array([half, across / np.linalg.norm(across)], np.float32)
    normal = np.zeros((2, 3), np.float32)
    shine = strand_specular(along, normal, np.zeros(2, np.float32), 40)
    assert shine == pytest.approx([0, 1], abs=1e-4)


def test_a_crease_is_darker_than_a_plane() -> None:
    everywhere = np.full((SIZE, SIZE), SKIN)
    plane = np.full((SIZE, SIZE), -92.0)
    assert screen_space_visibility(buffer(plane, everywhere)) == pytest.approx(1.0, abs=0.02)
    crease = plane.copy()
    crease[:, SIZE // 2 - 3 : SIZE // 2 + 3] -= 2.0  # further from the camera
    visibility = screen_space_visibility(buffer(crease, everywhere))
    assert visibility[SIZE // 2, SIZE // 2] < 0.7
    assert visibility[SIZE // 2, 10] > 0.95


def test_hair_throws_its_shadow_down() -> None:
    material = np.full((SIZE, SIZE), SKIN)
    plain = buffer(np.full((SIZE, SIZE), -92.0), material)
    assert hair_shadow(plain).max() == 0
    material[100:110, 100:150] = HAIR
    shadow = hair_shadow(replace(plain, material=material.astype(np.int8)))
    assert shadow[118, 125] > 0.5
    assert shadow[80, 125] < 0.05


def test_flat_light_has_two_tones_and_none_changes_nothing() -> None:
    light = np.repeat(np.linspace(0, 1, 101, dtype=np.float32)[:, None], 3, 1)
    assert two_tone(light, 0.0, (0.5, 0.5, 0.5)) is light
    flat = two_tone(light, 1.0, (0.8, 0.6, 0.7))
    assert flat[:30] == pytest.approx(np.tile([0.8, 0.6, 0.7], (30, 1)))
    assert flat[45:] == pytest.approx(np.ones((56, 3)))
    assert (np.diff(flat, axis=0) > -1e-6).all()
