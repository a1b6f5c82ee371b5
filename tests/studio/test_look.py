from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("scipy")

from protocol.blendshapes import INDEX
from studio.factors import STYLES, CameraView, Factors, Pose
from studio.hair.anime_styles import ANIME_HAIR_STYLES
from studio.hair.hair_mesh import hair_mesh
from studio.head.head_space import HeadSpace
from studio.head.identity import identity_weights
from studio.head.source import PART, FaceSource
from studio.look import CLOTHES, look_of
from studio.renderer import Studio, StudioPicture
from studio.skin.beard import CUTS

SIZE = 192


def look_with(style: str, accept: str) -> int:
    """The first look of a style that has this hair."""
    return next(seed for seed in range(500) if look_of(seed, style).hair == accept)


def blinking(amount: float) -> np.ndarray:
    shapes = np.zeros(52, np.float32)
    shapes[[INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]] = amount
    return shapes


def count(picture: StudioPicture, *names: str) -> int:
    return int(np.isin(picture.part, [PART[name] for name in names]).sum())


@pytest.mark.parametrize("style", STYLES)
def test_the_same_factors_give_the_same_bytes_after_other_pictures(ict_studio: Studio, style: str) -> None:
    factors = Factors(identity=identity_weights(3), look=5, background=2, style=style, pose=Pose(yaw=0.2))
    first = ict_studio.render(factors, SIZE)
    ict_studio.render(Factors(identity=identity_weights(8), look=6, background=9, style="real"), SIZE)
    second = ict_studio.render(factors, SIZE)
    for name in ("image", "background", "part", "normal", "depth", "landmarks"):
        assert np.array_equal(getattr(first, name), getattr(second, name)), name


def test_another_studio_draws_the_same_bytes(ict_studio: Studio, ict_source: FaceSource) -> None:
    factors = Factors(identity=identity_weights(4), look=11, background=3, style="real")
    with Studio(ict_source) as other:
        theirs = other.render(factors, SIZE)
    ours = ict_studio.render(factors, SIZE)
    assert np.array_equal(ours.image, theirs.image)
    assert np.array_equal(ours.part, theirs.part)


@pytest.mark.parametrize("style", ["real", "anime"])
def test_colour_covers_the_labelled_pixels(ict_studio: Studio, style: str) -> None:
    for look in (1, 7, 12):
        picture = ict_studio.render(Factors(identity=identity_weights(look), look=look, style=style), SIZE)
        alpha = picture.image[..., 3]
        labelled = picture.part > 0
        assert np.array_equal(labelled, picture.depth > 0)
        # half-covered edges may fall on either side; nothing else may
        assert (alpha[~labelled] > 140).mean() < 0.01
        assert (alpha[labelled] < 110).mean() < 0.01
        assert ((alpha > 0) & (alpha < 255)).any()


def test_another_look_keeps_the_landmarks(ict_studio: Studio) -> None:
    factors = Factors(identity=identity_weights(2), look=1, style="real")
    one, other = ict_studio.render(factors, SIZE), ict_studio.render(replace(factors, look=2), SIZE)
    assert not np.array_equal(one.image, other.image)
    assert np.array_equal(one.landmarks, other.landmarks)


def test_hair_clothes_and_glasses_are_labelled(ict_studio: Studio) -> None:
    seed = next(s for s in range(500) if look_of(s, "real").glasses and look_of(s, "real").hair == "bob")
    picture = ict_studio.render(Factors(look=seed, style="real"), 256)
    for name in ("brows", "hair", "clothes", "glasses", "eyelashes", "eyeball_left"):
        assert count(picture, name) > 5, name


def test_hair_turns_with_the_head(ict_studio: Studio) -> None:
    factors = Factors(identity=identity_weights(1), look=look_with("real", "mohawk"), style="real")
    still = ict_studio.render(factors, SIZE)
    rolled = ict_studio.render(replace(factors, pose=Pose(roll=0.35)), SIZE)

    def middle(picture: StudioPicture) -> np.ndarray:
        rows, columns = np.nonzero((picture.part == PART["hair"]) & (np.arange(SIZE)[:, None] < SIZE * 0.3))
        return np.array([columns.mean(), rows.mean()])

    moved = middle(rolled) - middle(still)
    crown = rolled.landmarks[27, :2] - still.landmarks[27, :2]  # between the eyes
    assert moved[0] * crown[0] > 0
    assert abs(moved[0]) > 1.5 * abs(crown[0])  # higher up, so further


def test_every_hair_style_grows_and_stays_out_of_the_head(ict_space: HeadSpace) -> None:
    for name in ANIME_HAIR_STYLES:
        look = replace(look_of(1, "real"), hair=name)
        mesh = hair_mesh(ict_space, look)
        if name == "bald":
            assert mesh is None
            continue
        assert mesh is not None
        assert np.isfinite(mesh.position).all()
        assert mesh.triangles.max() < len(mesh.position)
        distance, _ = ict_space.distance(mesh.position)
        assert (distance < -0.6).mean() < 0.02, name


def test_views_from_behind_show_hair_and_no_face(ict_studio: Studio) -> None:
    look = look_with("real", "long")
    picture = ict_studio.render(Factors(look=look, style="real", view=CameraView(azimuth=np.pi)), SIZE)
    assert count(picture, "hair") > 0.1 * SIZE * SIZE
    assert count(picture, "eyeball_left", "teeth", "brows") == 0


def test_a_seed_gives_one_look_and_other_seeds_others() -> None:
    for style in STYLES:
        assert look_of(7, style) == look_of(7, style)
        assert len({replace(look_of(seed, style), seed=0) for seed in range(100)}) == 100


def test_amounts_and_colours_are_in_range() -> None:
    for style in STYLES:
        for seed in range(300):
            look = look_of(seed, style)
            for amount in (
                look.freckles,
                look.blotches,
                look.oil,
                look.age,
                look.make_up,
                look.stubble,
                look.beard,
            ):
                assert 0.0 <= amount <= 1.0
            for colour in (look.hair_root, look.hair_tip, look.iris, look.iris_inner, look.cloth, look.trim):
                assert 0.0 <= min(colour) <= max(colour) <= 1.6
            assert look.clothes in CLOTHES
            assert 0 <= look.glasses <= 3
            assert 0 <= look.beard_cut < len(CUTS)


def test_anime_looks_have_no_beard() -> None:
    assert all(look_of(seed, "anime").beard == look_of(seed, "anime").stubble == 0.0 for seed in range(200))
    assert sum(look_of(seed, "real").beard > 0 for seed in range(400)) > 40
