"""PhotographMaker: training pairs whose truth is a photograph, so that networks see more than the studio.

    make = partial(PhotographMaker, landmarker, files, count=24, portraits=8, seed=0)
    make_people(Path("photographs"), range(8 * len(files)), make, workers=2)

A clip: some of its frames become avatars, and its other frames are the truth. A single photograph: the head engine turns it
away, the turned picture becomes an avatar, and that one is turned back: the photograph is the truth ("warp-back"). Only
faces are learned from them: what lies around a face moves in a clip, and a turned picture's hair is the head engine's own.
A lamp does not turn with a head, but in a turned picture it did: no light is learned there (`PersonPairs.is_lit`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.clip.look import Clip, is_clip, look_through, pictures_at
from authoring.clip.moment import Moment
from authoring.clip.seen_clip import LEAST_SHARP, face_in
from authoring.clip.true_frames import WORST_RMS, motion_of_fit
from authoring.errors import AuthoringError
from authoring.fit.clip_offsets import follow_neutral
from authoring.photo import LOOSE_FIT_PX, AvatarOptions, SeenPhoto, avatar_from_photo, see_photo
from authoring.portrait.canvas import Cut, choose_cut, cut_square
from authoring.portrait.detect import AT_ONCE, choose_face
from authoring.portrait.portrait import Portrait
from face.avatar import load_avatar
from face.camera import angles, rotation
from face.landmarks import FACE_OVAL, load_landmarks
from face.motion import Motion
from face.rig import HeadRig
from measure.draft_geometry import DraftPlaces
from protocol.blendshapes import INDEX
from studio.head.source import PART
from studio.seeds import random_of
from training.errors import TrainingError
from training.pairs.drafter import Drafter, Row, Truth
from training.pairs.person_pairs import DRAWN_PX, PersonPairs, write_pairs
from vision.errors import VideoError
from vision.head_pose import head_pose
from vision.landmarker import FaceLandmarker, FaceObservation

Bytes = NDArray[np.uint8]
#: Frames of a clip that become portraits are turned by this much at most; those that are truth, by this much. Degrees.
MOST_PORTRAIT_DEG, MOST_TRUTH_DEG = 22.0, 40.0
#: A photograph is turned away by so much, radians: yaw between both, pitch and roll up to.
_YAW, _PITCH, _ROLL = (0.15, 0.42), 0.2, 0.15
#: What may change beside it, by up to so much.
_SHAPES: Final = (
    "jawOpen", "mouthSmileLeft", "mouthSmileRight", "browInnerUp", "mouthPucker", "mouthFrownLeft",
)  # fmt: skip
_CHANGE: Final = 0.35
#: The face's outline is drawn in by this share of its width: beyond it lies what is behind.
_INSET: Final = 0.02
_INNER_LIPS: Final = (
    78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95,
)  # fmt: skip


class Frame(NamedTuple):
    """A picture (H, W, 3) uint8 RGB of the one camera, and the face in it."""

    picture: Bytes
    face: FaceObservation


class PhotographMaker:
    """Owns a head engine and a landmarker; used from the thread that made it."""

    def __init__(
        self, face_landmarker: Path, files: Sequence[Path], *, count: int, portraits: int, seed: int
    ) -> None:
        """Open everything, which takes seconds.

        Args:
            files: clips and photographs. count: frames of a clip that are truth, at most.
            portraits: avatars of each file.

        Raises:
            RuntimeFailure: there is no OpenGL 3.3, or no landmarker.
        """
        self._files, self._count, self._portraits, self._seed = files, count, portraits, seed
        self._clip: Clip | None = None  # the last one that was looked through
        self._drafter = Drafter()
        self._landmarker = FaceLandmarker(face_landmarker, video=False, num_faces=AT_ONCE)

    def make(self, identity: int, folder: Path) -> bool:
        """Make and write the pairs of one avatar, of file `identity` // portraits; False: it could not be made well.

        Raises:
            TrainingError: the file cannot be read, or shows no face or several.
        """
        place, which = divmod(identity, self._portraits)
        file = self._files[place]
        try:
            found = self._of_clip(file, which) if is_clip(file) else self._of_photo(file, which)
        except (AuthoringError, VideoError) as error:
            raise TrainingError(f"{file}: {error}") from error
        pairs = None if found is None else self._pairs(*found, identity if is_clip(file) else -1 - identity)
        if pairs is not None:
            write_pairs(pairs, folder)
        return pairs is not None

    def _of_clip(self, file: Path, which: int) -> tuple[Frame, list[Frame]] | None:
        if self._clip is None or self._clip.path != file:
            self._clip = look_through(file, self._landmarker, number=None, at_s=None, progress=_silent)
        clip = self._clip
        usual = float(np.quantile([moment.sharpness for moment in clip.moments], 0.9))
        sharp = [one for one in clip.moments if one.sharpness >= LEAST_SHARP * usual]
        fronts = _spread([one for one in sharp if _turned_deg(one) <= MOST_PORTRAIT_DEG], self._portraits)
        if which >= len(fronts):
            return None
        front = fronts[which]
        rest = [one for one in sharp if one is not front and _turned_deg(one) <= MOST_TRUTH_DEG]
        [portrait] = _frames(clip, [front])
        return portrait, _frames(clip, _spread(rest, self._count))

    def _of_photo(self, file: Path, which: int) -> tuple[Frame, list[Frame]] | None:
        seen = see_photo(file, self._landmarker, _silent)
        face = choose_face(seen.faces, None)
        height, width = seen.portrait.rgb.shape[:2]
        rig = self._avatar(file, seen)
        if rig is None:
            return None
        true = cut_square(seen.portrait.shown, choose_cut(face.landmarks[:, :2], width, height), DRAWN_PX)
        turned = self._drafter.shown(_turned_away(rig, random_of("photograph", self._seed, which)))
        found = [self._landmarker.detect(picture, None) for picture in (turned, true)]
        if any(len(faces) != 1 for faces in found):
            return None
        return Frame(turned, found[0][0]), [Frame(true, found[1][0])]

    def _avatar(self, file: Path, seen: SeenPhoto) -> HeadRig | None:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "avatar"
            options = AvatarOptions("pairs", preview=False)
            try:
                report = avatar_from_photo(
                    file, folder, options, self._landmarker, progress=_silent, seen=seen
                )
            except AuthoringError:
                return None
            if report.landmark_error_px > LOOSE_FIT_PX:
                return None
            return self._drafter.set_avatar(load_avatar(folder))

    def _pairs(self, portrait: Frame, others: Sequence[Frame], identity: int) -> PersonPairs | None:
        height, width = portrait.picture.shape[:2]
        rig = self._avatar(Path("frame.png"), SeenPhoto(Portrait(portrait.picture, None), [portrait.face], 0))
        if rig is None:
            return None
        cut = choose_cut(portrait.face.landmarks[:, :2], width, height)
        geometry = DraftPlaces(rig, face_in(cut, portrait.face).landmarks)
        own = Motion.neutral()
        own.values[:] = rig.portrait
        rows = [self._row(geometry, own, portrait, cut)]
        for other in others:
            face = face_in(cut, other.face)
            fit = follow_neutral(rig.model, load_landmarks(), rig.neutral, face)
            if fit.rms_px <= WORST_RMS:
                rows.append(self._row(geometry, motion_of_fit(rig, fit, face), other, cut))
        if len(rows) < 2:
            return None
        return self._drafter.pairs(rows, cut_square(portrait.picture, cut, DRAWN_PX), identity)

    def _row(self, geometry: DraftPlaces, motion: Motion, frame: Frame, cut: Cut) -> Row:
        vertices, points = geometry.expressed(motion), face_in(cut, frame.face).landmarks
        known = cut_square(np.full_like(frame.picture, 255), cut, DRAWN_PX)[..., :1]
        image = np.concatenate([cut_square(frame.picture, cut, DRAWN_PX), known], -1)
        truth = Truth(image, parts_of(points) * (known[..., 0] == 255), points)
        return self._drafter.row(motion, vertices, geometry.places(vertices, motion), truth)

    def close(self) -> None:
        """Close engine and landmarker; may be called twice."""
        self._drafter.close()
        self._landmarker.close()


def parts_of(points: NDArray[np.float32]) -> Bytes:
    """What a photograph shows, as far as landmarks tell: (DRAWN_PX, DRAWN_PX) uint8, face and inside of the mouth, else 0.

    Args:
        points: (478, 2) `Truth.landmarks`.
    """
    found = np.zeros((DRAWN_PX, DRAWN_PX), np.uint8)
    outline = points[list(FACE_OVAL)]
    middle = outline.mean(0)
    for name, area in (
        ("face", middle + (1 - 2 * _INSET) * (outline - middle)),
        ("mouth_socket", points[list(_INNER_LIPS)]),
    ):
        cv2.fillPoly(found, [np.round((area + 0.5) * DRAWN_PX - 0.5).astype(np.int32)], PART[name])
    return found


def _turned_away(rig: HeadRig, random: np.random.Generator) -> Motion:
    """The portrait's own motion, turned and a little changed."""
    motion = Motion.neutral()
    motion.values[:] = rig.portrait
    turn = rotation(
        float(random.uniform(*_YAW) * random.choice((-1, 1))),
        float(random.uniform(-_PITCH, _PITCH)),
        float(random.uniform(-_ROLL, _ROLL)),
    )
    motion.pose[:3] = angles(turn @ rotation(*(float(value) for value in motion.pose[:3])))
    for name in random.choice(_SHAPES, 2, replace=False):
        motion.expression[INDEX[name]] = min(1.0, motion.expression[INDEX[name]] + random.uniform(0, _CHANGE))
    return motion


def _frames(clip: Clip, moments: Sequence[Moment]) -> list[Frame]:
    pictures = pictures_at(clip, [moment.time_s for moment in moments])
    return [Frame(picture, moment.face) for moment, picture in zip(moments, pictures, strict=True)]


def _spread(moments: Sequence[Moment], most: int) -> list[Moment]:
    count = min(most, len(moments))
    return [moments[place] for place in np.linspace(0, len(moments) - 1, count).astype(int)]


def _turned_deg(moment: Moment) -> float:
    pose = head_pose(moment.face.transform)
    return float(np.degrees(max(abs(pose.yaw), abs(pose.pitch))))


def _silent(_: str) -> None:
    pass
