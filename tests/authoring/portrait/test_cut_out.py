"""A person of plain shapes with hair, cut out by a parsing that is right but soft and coarse."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")
pytest.importorskip("scipy")

import cv2

from authoring.portrait.cut_out import CutOut, cut_out
from authoring.portrait.parsing import Parsed
from vision.portrait_parts import INPUT_PX, PORTRAIT_PART, PORTRAIT_PARTS

SIZE = 640
PERSON = (0.2, 0.12, 0.1)
GROUND = (0.35, 0.75, 0.45)


def scene() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Picture, true alpha, where hair is, the face."""
    big = np.zeros((4 * SIZE, 4 * SIZE), np.uint8)
    middle = 2 * SIZE
    cv2.ellipse(big, (middle, int(1.7 * SIZE)), (int(0.8 * SIZE), SIZE), 0, 0, 360, 255, -1)
    rng = np.random.default_rng(0)
    for angle in rng.uniform(np.pi, 2 * np.pi, 40):  # strands 6 pixels of 4 x 4 wide
        tip = (int(middle + 1.02 * SIZE * np.cos(angle)), int(1.7 * SIZE + 1.2 * SIZE * np.sin(angle)))
        cv2.line(big, (middle, int(1.7 * SIZE)), tip, 255, 6)
    hair = cv2.resize(big, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    cv2.ellipse(big, (middle, 4 * SIZE), (int(1.5 * SIZE), int(1.5 * SIZE)), 0, 0, 360, 255, -1)
    alpha = cv2.resize(big, (SIZE, SIZE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    face = np.zeros((SIZE, SIZE), np.uint8)
    cv2.ellipse(face, (SIZE // 2, int(0.47 * SIZE)), (int(0.13 * SIZE), int(0.17 * SIZE)), 0, 0, 360, 1, -1)
    grain = 0.02 * rng.standard_normal((SIZE, SIZE, 3))
    ground = np.array(GROUND) + 0.1 * np.linspace(-1, 1, SIZE)[:, None, None]
    rgb = np.array(PERSON) * alpha[..., None] + ground * (1 - alpha[..., None]) + grain
    rgb[face > 0] = (0.85, 0.65, 0.55)
    return np.clip(rgb, 0, 1).astype(np.float32), alpha, hair.astype(np.float32) / 255, face > 0


def softly_parsed(alpha: np.ndarray, hair: np.ndarray) -> Parsed:
    cover, hairy = (
        cv2.GaussianBlur(cv2.resize(one, (INPUT_PX, INPUT_PX), interpolation=cv2.INTER_AREA), (0, 0), 2.5)
        for one in (alpha, hair)
    )
    part = np.zeros((len(PORTRAIT_PARTS), INPUT_PX, INPUT_PX), np.float32)
    part[PORTRAIT_PART["hair"]] = np.minimum(hairy, cover)
    part[PORTRAIT_PART["clothes"]] = np.clip(cover - hairy, 0, 1)
    part[PORTRAIT_PART["background"]] = 1 - cover
    return Parsed(part, cover)


@pytest.fixture(scope="module")
def cut() -> CutOut:
    rgb, alpha, hair, face = scene()
    return cut_out(rgb, softly_parsed(alpha, hair), face, face.astype(np.float32))


def test_the_cut_is_far_sharper_than_the_parsing(cut: CutOut) -> None:
    _, alpha, hair, _ = scene()
    grown = cv2.resize(softly_parsed(alpha, hair).alpha, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)
    assert np.abs(cut.alpha - alpha).mean() < 0.25 * np.abs(grown - alpha).mean()


def test_strands_before_the_ground_are_found(cut: CutOut) -> None:
    _, alpha, _, _ = scene()
    rows, columns = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    around = np.hypot((columns - 0.5) / 0.22, (rows - 0.425) / 0.27)
    strands = (around > 1.0) & (around < 1.06) & (rows < 0.4)
    assert np.corrcoef(cut.alpha[strands], alpha[strands])[0, 1] > 0.8


def test_face_and_corners_are_certain(cut: CutOut) -> None:
    face = scene()[3]
    assert cut.alpha[face].min() > 0.98
    assert cut.alpha[:60, :60].max() < 0.02


def test_colours_of_the_outline_are_the_persons(cut: CutOut) -> None:
    soft = (cut.alpha > 0.2) & (cut.alpha < 0.8)
    error = np.abs(cut.rgb[soft] - PERSON).mean()
    assert error < 0.06
    assert np.abs(scene()[0][soft] - PERSON).mean() > 2 * error


def test_colours_decide_where_the_network_does_not_know() -> None:
    """A shoulder that the network is undecided about, in the person's colour, is the person's."""
    rgb, alpha, hair, face = scene()
    parsed = softly_parsed(alpha, hair)
    unsure = parsed.alpha.copy()
    unsure[110:, 20:60] = 0.45
    cut = cut_out(rgb, Parsed(parsed.part, unsure), face, face.astype(np.float32))
    place = (slice(500, 640), slice(100, 230))
    wrong = ((cut.alpha[place] > 0.5) != (alpha[place] > 0.5)).mean()
    assert wrong < 0.04
