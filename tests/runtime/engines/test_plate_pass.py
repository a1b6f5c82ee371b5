"""The picture behind the head: what a frame shows at each time of a fade, against the mean that it must be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from face.easing import ease_in_out
from runtime.engines.gl_context import create_context, make_current, release_context
from runtime.engines.plate_pass import FADE_S, Plate, PlatePass

SIZE = 32


@pytest.fixture
def plates() -> Iterator[PlatePass]:
    gl = create_context()
    make_current(gl)
    yield PlatePass(gl, SIZE)
    release_context(gl)


def noise(seed: int) -> np.ndarray:
    picture = np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE, 4), np.uint8)
    picture[..., 3] = 255
    return picture


def upload(plates: PlatePass, picture: np.ndarray | None) -> None:
    for steps in (plates.upload(picture), plates.prepare_fade()):
        for _ in steps:
            pass


def read(plate: Plate) -> np.ndarray:
    return np.frombuffer(plate.framebuffer.read(components=4), np.uint8).reshape(SIZE, SIZE, 4)


def show(plates: PlatePass, picture: np.ndarray | None) -> None:
    upload(plates, picture)
    plates.cut()


def test_nothing_is_shown_at_first(plates: PlatePass) -> None:
    shown = plates.at(0.0)
    assert (shown.is_empty, shown.is_opaque) == (True, False)
    assert not read(shown).any()


def test_a_cut_shows_the_picture_exactly_at_once(plates: PlatePass) -> None:
    for seed in (1, 2, 3):
        show(plates, noise(seed))
        shown = plates.at(0.0)
        assert (shown.is_empty, shown.is_opaque) == (False, True)
        assert np.array_equal(read(shown), noise(seed))
    show(plates, None)
    assert plates.at(0.0).is_empty


def test_what_was_uploaded_shows_only_when_it_is_asked_for(plates: PlatePass) -> None:
    show(plates, noise(1))
    upload(plates, noise(2))
    assert np.array_equal(read(plates.at(0.0)), noise(1))
    half = plates.upload(noise(3))
    next(half)
    half.close()  # ended early
    assert np.array_equal(read(plates.at(0.1)), noise(1))


@pytest.mark.parametrize(("first", "second"), [(1, 2), (1, None), (None, 2)])
def test_a_fade_goes_evenly_from_one_to_the_other(
    plates: PlatePass, first: int | None, second: int | None
) -> None:
    pictures = [np.zeros((SIZE, SIZE, 4)) if seed is None else noise(seed) for seed in (first, second)]
    show(plates, None if first is None else noise(first))
    upload(plates, None if second is None else noise(second))
    plates.fade()
    for passed in (0.0, 0.25, 0.5, 0.75, 0.99):
        shown = plates.at(100.0 + passed * FADE_S)
        share = ease_in_out(passed)
        wanted = pictures[0] * (1 - share) + pictures[1] * share
        assert np.abs(read(shown) - wanted).max() <= 1
        assert shown.is_opaque is (first is not None and second is not None)
    assert np.array_equal(read(plates.at(100.0 + FADE_S)), pictures[1])


def test_a_fade_into_a_fade_does_not_jump(plates: PlatePass) -> None:
    show(plates, noise(1))
    upload(plates, noise(2))
    plates.fade()
    plates.at(0.0)
    before = read(plates.at(0.15)).astype(int)
    upload(plates, noise(3))
    assert np.array_equal(read(plates.at(0.15)), before)
    plates.fade()
    after = read(plates.at(0.16)).astype(int)
    assert np.abs(after - before).max() <= 1
    near = read(plates.at(0.17)).astype(int)
    assert np.abs(near - before).max() < 20
    plates.at(0.16 + FADE_S)
    assert np.array_equal(read(plates.at(9.0)), noise(3))
    # the textures go round: further changes are as exact
    for seed in (4, 5, 6):
        upload(plates, noise(seed))
        plates.fade()
        plates.at(10.0)
        assert np.array_equal(read(plates.at(11.0)), noise(seed))


def test_a_time_that_falls_ends_the_fade(plates: PlatePass) -> None:
    show(plates, noise(1))
    upload(plates, noise(2))
    plates.fade()
    plates.at(50.0)
    assert np.array_equal(read(plates.at(1.0)), noise(2))


def test_a_frame_makes_no_texture(plates: PlatePass, monkeypatch: pytest.MonkeyPatch) -> None:
    show(plates, noise(1))
    upload(plates, noise(2))
    plates.fade()

    def refuse(*_: Any) -> None:
        raise AssertionError("a frame made a texture")

    monkeypatch.setattr(plates, "_texture", refuse)
    for passed in range(5):
        plates.at(passed / 10)


def test_a_fade_is_drawn_in_its_own_context_whatever_drew_before(plates: PlatePass) -> None:
    """Another engine's context is current when a frame begins, as while that engine takes its avatar."""
    show(plates, noise(1))
    upload(plates, noise(2))
    plates.fade()
    plates.at(0.0)
    other = create_context()
    try:
        make_current(other)
        theirs = other.framebuffer([other.texture((SIZE, SIZE), 4)])
        theirs.clear(0.0, 0.0, 1.0, 1.0)
        shown = read(plates.at(FADE_S / 2))
        half = ease_in_out(0.5)
        wanted = noise(1) * (1.0 - half) + noise(2) * half
        assert np.abs(shown - wanted).max() <= 1.0
        make_current(other)
        assert (np.frombuffer(theirs.read(components=4), np.uint8).reshape(-1, 4) == (0, 0, 255, 255)).all()
    finally:
        release_context(other)
