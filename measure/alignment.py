"""Alignment: how far a draft's landmarks lie from the true ones, by the head's yaw as seen and by region.

    with Studio(source) as studio, FaceLandmarker(model, video=False, num_faces=AT_ONCE) as landmarker:
        gaps, refused = measure_alignment(studio, landmarker, identities_of("test", 40), motions=24, seed=0)
    print(markdown_of(rows_of(gaps)))

Geometry on both sides: the portrait's true landmarks are carried along by the mesh that authoring fits to MediaPipe's
landmarks (`DraftGeometry`), and compared with the studio's at the same factors. Nothing is painted, and no landmarker reads
the drafts, so that its own error does not count. Points that the picture hides are part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.errors import AuthoringError
from authoring.fit.head_fit import fit_head
from authoring.fit.personal import personalise
from authoring.make import portrait_motion
from authoring.portrait.canvas import FACE_SHARE
from authoring.portrait.detect import choose_face, face_height, find_faces
from face.camera import PortraitCamera
from face.head_model import load_head_model
from face.landmarks import FACE_OVAL, LID_EDGES, load_landmarks
from measure.draft_geometry import DraftGeometry
from measure.factors_to_motion import head_in_camera
from measure.head_placement import FittedHead
from measure.protocols import Plan, portrait_of
from protocol.channels import EMOTIONS
from studio.factors import Factors
from studio.motion.acted import ActedMotion
from studio.renderer import Studio, StudioPicture
from studio.seeds import random_of
from vision.landmarker import FaceLandmarker

PORTRAIT_PX: Final = 512
#: Distances are given in pixels of pictures of this size.
SIZE: Final = 256
#: Edges of the groups of yaw as seen, degrees.
YAWS_DEG: Final = (0, 8, 16, 26, 45)
#: MediaPipe's landmarks by region, both sides of the face. The outline's points are those of the portrait, carried along.
REGIONS: Final[dict[str, tuple[int, ...]]] = {
    "brows": (276, 283, 282, 295, 285, 300, 293, 334, 296, 336, 46, 53, 52, 65, 55, 70, 63, 105, 66, 107),
    "eyes": LID_EDGES[0] + LID_EDGES[1],
    "nose": (168, 197, 195, 5, 4, 1, 2, 48, 278, 64, 294, 98, 327, 115, 344),
    "mouth": (
        61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185, 78, 95, 88, 178, 87,
        14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191,
    ),
    "chin": (18, 200, 199, 175, 83, 313, 201, 421, 208, 428, 171, 396),
    "outline": FACE_OVAL,
}  # fmt: skip
ALL: Final = "all"
_TURNED_RAD: Final = 0.7


@dataclass(frozen=True, slots=True)
class Gap:
    """One region of one picture, draft minus truth, means over the region's points in pixels of SIZE.

    Attributes:
        region: in REGIONS, or ALL. yaw_deg: the head's against the camera.
        along: sideways, positive in the direction of the turn. down: positive if the draft is lower.
        distance: mean distance of the points.
        has_own_pivot: see `DraftGeometry`.
    """

    region: str
    yaw_deg: float
    along: float
    down: float
    distance: float
    has_own_pivot: bool


@dataclass(frozen=True, slots=True)
class AlignmentRow:
    """Gaps of one region and one group of yaw: number of pictures, mean and standard deviation, and mean distance."""

    region: str
    yaw: str
    has_own_pivot: bool
    pictures: int
    along: tuple[float, float]
    down: tuple[float, float]
    distance: float


def measure_alignment(
    studio: Studio,
    landmarker: FaceLandmarker,
    identities: Sequence[int],
    *,
    motions: int,
    seed: int,
    style: str = "real",
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[list[Gap], int]:
    """Measure people; returns the gaps and the number of refused portraits.

    Args:
        landmarker: for single pictures, made for AT_ONCE faces.
        motions: moments of each person.
        seed: of the moments.
        style: of the portraits.
        progress: called with the number of people done.
    """
    gaps, refused = list[Gap](), 0
    for done, identity in enumerate(identities, 1):
        portrait = studio.render(portrait_of(identity, Plan(style=style)), PORTRAIT_PX)
        try:
            head = fitted_head(portrait, landmarker)
        except AuthoringError:
            refused += 1
        else:
            geometries = [DraftGeometry(head, portrait, has_own_pivot=own) for own in (True, False)]
            for factors in alignment_moments(portrait.factors, identity, motions, seed):
                truth = studio.render(factors, SIZE).mediapipe_landmarks[:, :2]
                for own, geometry in zip((True, False), geometries, strict=True):
                    motion = geometry.motion(factors)
                    places = geometry.places(geometry.expressed(motion), motion)
                    gaps += gaps_of((places + 0.5) * SIZE - truth, factors, has_own_pivot=own)
        progress(done)
    return gaps, refused


def fitted_head(portrait: StudioPicture, landmarker: FaceLandmarker) -> FittedHead:
    """Fit the head to a portrait as `omote avatar make` does, without painting.

    Raises:
        AuthoringError: no face was found, the head does not fit it, or the face is so small that the avatar's frames would
            not show the portrait's square.
    """
    picture = np.ascontiguousarray(portrait.composed())
    face = choose_face(find_faces(landmarker, picture), None)
    if face_height(face) < FACE_SHARE * len(picture):
        raise AuthoringError(
            f"the face is {face_height(face):.0f} of {len(picture)} pixels high, expected at least "
            f"{FACE_SHARE * len(picture):.0f}"
        )
    landmarks = (face.landmarks[:, :2] / len(picture) - 0.5).astype(np.float32)
    model, places = load_head_model(), load_landmarks()
    fit = fit_head(model, places, landmarks, face.blendshapes)
    person = personalise(model, places, fit, landmarks)
    camera = PortraitCamera(fit.focal, fit.rotation, fit.translation, model.pivot)
    return FittedHead(model, camera, person.neutral, portrait_motion(fit, person))


def alignment_moments(portrait: Factors, identity: int, count: int, seed: int) -> Iterator[Factors]:
    """Moments of acted motion, turned further by the head and by the camera in turn, in any mood."""
    for number in range(count):
        random = random_of("alignment moment", seed, identity, number)
        frame = ActedMotion(int(random.integers(2**31))).at(float(random.uniform(0.0, 60.0)))
        turn, tilt = float(random.uniform(-_TURNED_RAD, _TURNED_RAD)), float(random.normal(0.0, 0.1))
        pose, view = frame.pose, portrait.view
        if number % 2:
            pose = replace(pose, yaw=turn, pitch=pose.pitch + tilt)
        else:
            view = replace(view, azimuth=turn, elevation=tilt)
        emotion = np.zeros(len(EMOTIONS), np.float32)
        emotion[random.integers(len(EMOTIONS))] = random.uniform(0.0, 1.0)
        # Landmarks are the same in every style, and clay is drawn soonest.
        yield replace(
            portrait, style="clay", pose=pose, view=view, gaze=frame.gaze, emotion=emotion,
            articulation=frame.articulation,
        )  # fmt: skip


def gaps_of(gap: NDArray[np.float32], factors: Factors, *, has_own_pivot: bool) -> list[Gap]:
    """The gaps (478, 2) of one picture, pixels, x right and y down, by region."""
    yaw = head_in_camera(factors)[0]
    chosen = {name: list(points) for name, points in REGIONS.items()}
    chosen[ALL] = sorted({point for points in REGIONS.values() for point in points})
    return [
        Gap(
            region,
            float(np.degrees(yaw)),
            float(np.copysign(1.0, yaw) * gap[points, 0].mean()),
            float(gap[points, 1].mean()),
            float(np.linalg.norm(gap[points], axis=1).mean()),
            has_own_pivot,
        )
        for region, points in chosen.items()
    ]


def rows_of(gaps: Sequence[Gap]) -> list[AlignmentRow]:
    """The table: all regions together by yaw with either pivot, then each region by yaw."""
    wanted = [(ALL, False), *((region, True) for region in (ALL, *REGIONS))]
    rows = []
    for region, own in wanted:
        for low, high in pairwise(YAWS_DEG):
            group = [
                gap
                for gap in gaps
                if (gap.region, gap.has_own_pivot) == (region, own) and low <= abs(gap.yaw_deg) < high
            ]
            if group:
                rows.append(
                    AlignmentRow(
                        region,
                        f"{low}–{high}°",
                        own,
                        len(group),
                        _mean_and_spread([gap.along for gap in group]),
                        _mean_and_spread([gap.down for gap in group]),
                        float(np.mean([gap.distance for gap in group])),
                    )
                )
    return rows


def markdown_of(rows: Sequence[AlignmentRow]) -> str:
    """The table in Markdown."""
    lines = [
        "| region | turned about | yaw as seen | pictures | along the turn | downwards | mean distance |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        pivot = "the avatar's pivot" if row.has_own_pivot else "the head model's pivot"
        along, down = (f"{mean:+.2f} ± {spread:.2f}" for mean, spread in (row.along, row.down))
        lines.append(
            f"| {row.region} | {pivot} | {row.yaw} | {row.pictures} | {along} | {down} | {row.distance:.2f} |"
        )
    return "\n".join(lines)


def _mean_and_spread(values: list[float]) -> tuple[float, float]:
    return float(np.mean(values)), float(np.std(values))
