"""A person of the studio as a clip: what its avatar is painted from, against frames that it was not painted from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from authoring.clip.others import OtherPicture, OtherPictures
from authoring.fit.face_in_canvas import FaceInCanvas
from authoring.fit.head_fit import fit_head
from authoring.fit.personal import PersonalHead, personalise
from authoring.make import as_in_portrait
from authoring.paint.atlas import ATLAS_PX, FaceAtlas, atlas_pixels, paint_face
from authoring.paint.clip_views import ClipViews
from authoring.paint.lid_picture import lid_chart, lid_picture
from authoring.paint.lids import lid_closings
from authoring.paint.raster import Raster
from authoring.paint.real_lids import real_lids
from authoring.paint.view import View, view_of
from authoring.paint.visibility import eye_opening
from authoring.portrait.canvas import EXTENDED_PX, Cut, draw_canvas, sample
from authoring.portrait.portrait import Portrait
from face.head_model import load_head_model
from face.landmarks import load_landmarks
from protocol.blendshapes import INDEX
from studio.commands.portrait import PORTRAIT_VIEW
from studio.factors import Factors, Pose
from studio.head.identity import identity_weights
from studio.renderer import Studio

MODEL, PLACES = load_head_model(), load_landmarks()
SIZE = 384
CUT = Cut(0.0, 0.0, float(SIZE))
#: The portrait is turned to one side, and hides the other; these frames are not.
PORTRAIT_YAW = -0.3
TURNED = (0.0, 0.15, 0.3, 0.4)
HELD_OUT = 0.36

Filmed = Callable[..., OtherPicture]


@pytest.fixture(scope="module")
def filmed(ict_studio: Studio) -> Filmed:
    @cache
    def frame(yaw: float = 0.0, pitch: float = 0.0, blink: float = 0.0) -> OtherPicture:
        worn = np.zeros(52, np.float32)
        worn[[INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]] = blink
        factors = Factors(
            identity=identity_weights(134), look=1017, background=17, style="real", pose=Pose(yaw=yaw, pitch=pitch),
            articulation=worn, view=PORTRAIT_VIEW,
        )  # fmt: skip
        drawn = ict_studio.render(factors, SIZE)
        places = drawn.mediapipe_landmarks[:, :2] / SIZE - 0.5
        face = FaceInCanvas(places.astype(np.float32), drawn.expression.astype(np.float32))
        return OtherPicture(face, np.ascontiguousarray(drawn.composed()[..., :3]))

    return frame


class Made:
    """What is known after fitting the portrait."""

    def __init__(self, portrait: OtherPicture) -> None:
        self.canvas = draw_canvas(Portrait(portrait.picture, None), CUT)
        self.fit = fit_head(MODEL, PLACES, portrait.face.landmarks, portrait.face.blendshapes)
        self.person: PersonalHead = personalise(MODEL, PLACES, self.fit, portrait.face.landmarks)
        self.vertices = as_in_portrait(MODEL, self.fit, self.person)

    def atlas(self, raster: Raster, views: ClipViews | None) -> FaceAtlas:
        openings = [eye_opening(raster, MODEL, self.fit, self.vertices, side) for side in (0, 1)]
        person = np.ones((EXTENDED_PX, EXTENDED_PX), np.float32)
        turned = () if views is None else views.turned()
        return paint_face(raster, MODEL, self.fit, self.vertices, self.canvas, person, openings, turned)


def detail_gap(raster: Raster, view: View, atlas: FaceAtlas, where: np.ndarray) -> float:
    """Mean difference of detail between a frame and the texture laid on the head as it lies in that frame.

    Light falls on a turned head from another side: tones differ, and are taken out. `where` is (A, A) bool.
    """
    depth = (-1 / view.rest[:, 2]).astype(np.float32)
    drawn = raster.draw(view.pixels, atlas_pixels(MODEL), MODEL.triangles["face"], EXTENDED_PX, depth=depth)
    wanted = ((drawn[..., 2] > 0) & (sample(where.astype(np.float32), drawn[..., :2]) > 0.5)).astype(
        np.float32
    )
    assert wanted.sum() > 2000
    gap = sample(atlas.rgb, drawn[..., :2]) - view.canvas.rgb
    near = np.maximum(cv2.GaussianBlur(wanted, (0, 0), 25), 1e-3)[..., None]
    gap = gap - cv2.GaussianBlur(gap * wanted[..., None], (0, 0), 25) / near
    return float(np.abs(gap)[wanted > 0].mean())


def test_the_hidden_cheek_is_as_turned_frames_show_it(filmed: Filmed) -> None:
    made = Made(filmed(PORTRAIT_YAW))
    pictures = OtherPictures(CUT, turned=tuple(filmed(yaw) for yaw in TURNED))
    views = ClipViews(MODEL, PLACES, made.person.neutral, pictures, None)
    truth = view_of(MODEL, PLACES, made.person.neutral, filmed(HELD_OUT), CUT)
    assert truth is not None
    with Raster() as raster:
        alone, clip = made.atlas(raster, None), made.atlas(raster, views)
        gained = (clip.seen > 0.8) & (alone.seen < 0.2)
        assert clip.used > 0
        assert gained.mean() > 0.02
        before, after = (detail_gap(raster, truth, one, gained) for one in (alone, clip))
        assert after < 0.7 * before
        # what the portrait shows well stays the portrait's
        kept = alone.seen > 0.99
        assert np.quantile(np.abs(clip.rgb - alone.rgb)[kept], 0.999) < 0.02


def test_a_hand_before_the_face_is_not_painted_on(filmed: Filmed) -> None:
    made = Made(filmed(PORTRAIT_YAW))
    turned = [filmed(yaw) for yaw in TURNED]
    spoiled = turned[2].picture.copy()
    rows, columns = slice(SIZE // 3, 2 * SIZE // 3), slice(SIZE // 2, SIZE)
    spoiled[rows, columns] = (40, 90, 200)
    with_hand = [*turned[:2], replace(turned[2], picture=spoiled), turned[3]]
    with Raster() as raster:
        clean, spoilt = (
            made.atlas(
                raster,
                ClipViews(MODEL, PLACES, made.person.neutral, OtherPictures(CUT, turned=tuple(frames)), None),
            )
            for frames in (turned, with_hand)
        )
    blue = spoilt.rgb[..., 2] - spoilt.rgb[..., 0]
    assert blue.max() <= max(float((clean.rgb[..., 2] - clean.rgb[..., 0]).max()), 0.0) + 0.05


def test_shut_lids_are_nearer_to_another_blink_than_painted_ones(filmed: Filmed) -> None:
    made = Made(filmed(0.0))
    neutral = made.person.neutral
    blink = filmed(0.03, blink=1.0)
    with Raster() as raster:
        closing = lid_closings(raster, MODEL, made.fit, neutral)
        atlas = made.atlas(raster, None)
        painted = lid_picture(raster, MODEL, neutral, atlas, closing)
        views = ClipViews(MODEL, PLACES, neutral, OtherPictures(CUT, shut=((blink,), (blink,))), None)
        real, used = real_lids(raster, MODEL, neutral, atlas, closing, painted, views.shut(closing))
        assert used == (1, 1)
        assert np.array_equal(real[..., 3], painted[..., 3])
        chart = lid_chart(MODEL, neutral, closing)
        for side in (0, 1):
            truth = view_of(MODEL, PLACES, neutral, filmed(-0.05, 0.03, 1.0), CUT, shut=(side, closing))
            assert truth is not None
            at = chart.draw(raster, truth.pixels)
            shown = sample(truth.canvas.rgb, at[..., :2])
            half = np.arange(len(at))[:, None] // (len(at) // 2) == side
            lid = (painted[..., 3] > 0.8) & (at[..., 2] > 0) & half
            # two blinks of one person differ by a pixel or two where lashes end
            before, after = (
                np.abs(cv2.GaussianBlur(one[..., :3] - shown, (0, 0), 5))[lid].mean()
                for one in (painted, real)
            )
            assert after < 0.8 * before
        # an open eye that is taken for a shut one would be worse than paint: a frame of other light is refused
        nothing, none = real_lids(
            raster, MODEL, neutral, atlas, closing, painted,
            ClipViews(MODEL, PLACES, neutral, OtherPictures(CUT), None).shut(closing),
        )  # fmt: skip
    assert none == (0, 0)
    assert np.array_equal(nothing, painted)


def test_what_was_taken_is_said() -> None:
    views = ClipViews(MODEL, PLACES, MODEL.vertices, OtherPictures(CUT), None)
    assert "left and right" in views.described(3, (1, 1), True)
    nothing = views.described(0, (0, 0), False)
    assert "painted, no frame shows them; the model's teeth, of 0 frames" in nothing
    assert views.described(0, (0, 0), None).endswith("the portrait's own mouth")
    assert ATLAS_PX == 1024
