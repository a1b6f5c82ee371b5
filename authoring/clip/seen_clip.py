"""SeenClip: a clip that was looked through, with the moment that becomes the portrait.

clip, seen = see_clip(Path("me.mp4"), landmarker, number=None, at_s=None, progress=print)
report = avatar_from_photo(Path("me.mp4"), folder, options, landmarker, progress=print, seen=seen, clip=clip)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.clip.best_moment import best_moment, described
from authoring.clip.look import Clip, look_through, pictures_at
from authoring.clip.moment import Moment, moment_of
from authoring.clip.others import OtherMoments, OtherPicture, OtherPictures
from authoring.clip.paintable import paintable
from authoring.errors import FaceError
from authoring.fit.face_in_canvas import FaceInCanvas
from authoring.photo import SeenPhoto
from authoring.portrait.canvas import CANVAS_PX, Cut
from authoring.portrait.detect import around, detect_in, overlap
from authoring.portrait.portrait import Portrait
from vision.head_pose import head_pose
from vision.landmarker import FaceLandmarker, FaceObservation

#: Number of moments that the head is compared with.
FACES: Final = 12
#: Of turned heads and blurred frames: the largest yaw and pitch, degrees, and the least sharpness against the clip's usual.
MOST_TURNED_DEG: Final = 35.0
LEAST_SHARP: Final = 0.35
#: Gaps between the lips in face heights: beyond it the portrait's mouth is open; below it a mouth is shut.
PARTED, SHUT = 0.02, 0.01
#: Moments are apart by 1 where they differ by so many degrees, or by the whole clip's length divided by this.
APART_DEG, APART_SHARE = 8.0, 3.0


@dataclass(frozen=True, slots=True, eq=False)
class SeenClip:
    """A clip and its portrait.

    Attributes:
        clip: what was found in it.
        portrait: the moment that becomes the portrait.
        line: for the user, which moment that is and why. notes: what the user should know.
    """

    clip: Clip
    portrait: Moment
    line: str

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know."""
        return self.clip.notes

    @property
    def shut_mouth(self) -> Moment | None:
        """The calmest moment with the mouth shut, if the portrait's is open and there is one."""
        if self.portrait.lips_apart <= PARTED:
            return None
        shut = [moment for moment in self.clip.moments if moment.lips_apart < SHUT]
        return best_moment(shut).moment if shut else None

    def others(self, cut: Cut, *, with_pictures: bool) -> OtherMoments:
        """The other moments, in the portrait's canvas.

        Args:
            cut: where the canvas lies in the clip's frames.
            with_pictures: read the frames again that the avatar is painted from.

        Raises:
            VideoError, PortraitError: the file cannot be read any more.
        """
        moments = _spread(self.clip.moments, self.portrait)
        shut = self.shut_mouth
        return OtherMoments(
            tuple(in_canvas(moment, cut) for moment in moments),
            None if shut is None else in_canvas(shut, cut),
            self._pictures(cut) if with_pictures else None,
        )

    def _pictures(self, cut: Cut) -> OtherPictures:
        chosen = paintable(self.clip.moments, self.portrait)
        wanted = chosen.all()
        pictures = pictures_at(self.clip, [moment.time_s for moment in wanted])
        read = {
            moment.time_s: OtherPicture(in_canvas(moment, cut), picture)
            for moment, picture in zip(wanted, pictures, strict=True)
        }

        def of(moments: Sequence[Moment]) -> tuple[OtherPicture, ...]:
            return tuple(read[moment.time_s] for moment in moments)

        return OtherPictures(
            cut, of(chosen.turned), (of(chosen.shut[0]), of(chosen.shut[1])), of(chosen.parted)
        )


def see_clip(
    path: Path,
    landmarker: FaceLandmarker,
    *,
    number: int | None,
    at_s: float | None,
    progress: Callable[[str], None],
) -> tuple[SeenClip, SeenPhoto]:
    """Look through a clip and choose its portrait.

    Args:
        landmarker: for single pictures.
        number: which of several faces, 1 is the leftmost; None if there is only one.
        at_s: the portrait's time, seconds; None = the best moment.

    Raises:
        VideoError, PortraitError, FaceError: the clip cannot be used.
    """
    clip = look_through(path, landmarker, number=number, at_s=at_s, progress=progress)
    return seen_of(clip, landmarker, at_s=at_s, progress=progress)


def seen_of(
    clip: Clip, landmarker: FaceLandmarker, *, at_s: float | None, progress: Callable[[str], None]
) -> tuple[SeenClip, SeenPhoto]:
    """Choose the portrait of a clip that was looked through; see `see_clip`."""
    progress("taking the best moment as the portrait")
    if at_s is None:
        portrait, why = best_moment(clip.moments)
        [picture] = pictures_at(clip, [portrait.time_s])
    else:
        [picture] = pictures_at(clip, [at_s])
        portrait = _moment_at(at_s, picture, clip, landmarker)
        why = described(clip.moments, portrait)
    seen = SeenClip(clip, portrait, "")
    line = f"portrait at {portrait.time_s:.2f} s of {clip.end_s:.1f} s, {clip.looked} frames looked at: {why}"
    if (shut := seen.shut_mouth) is not None:
        line += f"; its lips are shut as at {shut.time_s:.2f} s"
    return replace(seen, line=line), SeenPhoto(Portrait(picture, None), [portrait.face], 0)


def _moment_at(at_s: float, picture: NDArray[np.uint8], clip: Clip, landmarker: FaceLandmarker) -> Moment:
    """The moment of a frame that was not looked at before; of several faces the one that the clip's moments show."""
    near = min(clip.moments, key=lambda moment: abs(moment.time_s - at_s))
    # a small face is only found near where it was before
    faces = detect_in(landmarker, picture, around(near.face, picture)) or landmarker.detect(picture, None)
    if not faces:
        raise FaceError(
            f"--at {at_s:g}: no face is found in that frame; the nearest one with a face is at {near.time_s:.2f}"
        )
    face = max(faces, key=lambda one: overlap(one.landmarks, near.face.landmarks))
    return moment_of(at_s, picture, face)


def in_canvas(moment: Moment, cut: Cut) -> FaceInCanvas:
    """The face of a moment in the canvas of a cut."""
    return face_in(cut, moment.face)


def face_in(cut: Cut, face: FaceObservation) -> FaceInCanvas:
    """A face that was seen, in the canvas of a cut."""
    points = cut.to_canvas(face.landmarks[:, :2]) / CANVAS_PX - 0.5
    return FaceInCanvas(np.asarray(points, np.float32), face.blendshapes)


def _spread(moments: Sequence[Moment], portrait: Moment) -> list[Moment]:
    """At most FACES sharp moments that differ most in angle and time from each other and from the portrait."""
    usual = float(np.quantile([moment.sharpness for moment in moments], 0.9))
    places = np.array([_place(moment, moments) for moment in moments])
    fit_for = np.array(
        [
            moment.sharpness >= LEAST_SHARP * usual and np.abs(place[:2]).max() * APART_DEG <= MOST_TURNED_DEG
            for moment, place in zip(moments, places, strict=True)
        ]
    )
    gap = np.linalg.norm(places - _place(portrait, moments), axis=1)
    chosen = []
    for _ in range(FACES):
        far = int(np.where(fit_for, gap, -1).argmax())
        if not fit_for[far] or gap[far] <= 1e-6:
            break
        chosen.append(moments[far])
        gap = np.minimum(gap, np.linalg.norm(places - places[far], axis=1))
    return chosen


def _place(moment: Moment, moments: Sequence[Moment]) -> NDArray[np.float64]:
    pose = head_pose(moment.face.transform)
    long_s = max(moments[-1].time_s - moments[0].time_s, 1e-6)
    return np.array(
        [*np.degrees([pose.yaw, pose.pitch]) / APART_DEG, moment.time_s / long_s * APART_SHARE], np.float64
    )
