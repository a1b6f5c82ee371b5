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
from studio.look import look_of
from studio.renderer import Studio, StudioPicture

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
def test_same_factors_are_the_same_bytes_whatever_was_drawn_between(ict_studio: Studio, style: str) -> None:
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
def test_colour_is_where_the_labels_are(ict_studio: Studio, style: str) -> None:
    for look in (1, 7, 12):
        picture = ict_studio.render(Factors(identity=identity_weights(look), look=look, style=style), SIZE)
        alpha = picture.image[..., 3]
        labelled = picture.part > 0
        assert np.array_equal(labelled, picture.depth > 0)
        # half-covered edges may fall on either side; nothing else may
        assert (alpha[~labelled] > 140).mean() < 0.01
        assert (alpha[labelled] < 110).mean() < 0.01
        assert ((alpha > 0) & (alpha < 255)).any()


def test_looks_differ_and_faces_stay(ict_studio: Studio) -> None:
    factors = Factors(identity=identity_weights(2), look=1, style="real")
    one, other = ict_studio.render(factors, SIZE), ict_studio.render(replace(factors, look=2), SIZE)
    assert not np.array_equal(one.image, other.image)
    assert np.array_equal(one.landmarks, other.landmarks)


def test_every_part_that_is_worn_is_labelled(ict_studio: Studio) -> None:
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


def test_what_is_behind_shows_through_only_where_the_head_is_not(ict_studio: Studio) -> None:
    picture = ict_studio.render(Factors(look=3, background=8, style="real"), SIZE)
    composed = picture.composed()
    alpha = picture.image[..., 3]
    assert np.array_equal(composed[alpha == 255], picture.image[alpha == 255][:, :3])
    assert np.array_equal(composed[alpha == 0], picture.background[alpha == 0])


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
