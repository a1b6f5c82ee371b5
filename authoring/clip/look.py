"""Looks through a clip: which of its frames show the face, and how well.

clip = look_through(Path("me.mp4"), landmarker, number=None, at_s=None, progress=print)
for picture in pictures_at(clip, [1.2, 3.4]): ...

The file is read once to look and once more for the chosen frames, so that no more than a few are held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.clip.bars import BarFinder, Bars
from authoring.clip.moment import Moment, cut_off, moment_of
from authoring.errors import FaceError, PortraitError
from authoring.portrait.detect import MIN_FACE_PX, MINOR, around, detect_in, face_box, face_height, find_faces
from vision.landmarker import FaceLandmarker, FaceObservation
from vision.video_file import VideoFile

Picture = NDArray[np.uint8]

#: Names that `omote avatar make` takes for clips.
SUFFIXES: Final = (
    ".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".3gp", ".3g2", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".wmv",
    ".asf", ".flv", ".ogv",
)  # fmt: skip
#: Frames are looked at so far apart at least, seconds; in longer clips farther, so that at most 2 MOST are kept.
STEP_S: Final = 0.1
MOST: Final = 120
#: What comes later in a clip is not looked at, seconds.
LONGEST_S: Final = 600.0
#: Every so manieth frame is searched in all places; faces in small tiles are looked for until so many searches failed.
SEARCH_EVERY, SEARCHES = 12, 4
MIN_SIDE: Final = 96  # of a frame, pixels
#: Frames of another size than the first are scaled to it where their shape, width by height, differs by no more.
SAME_SHAPE: Final = 0.02
#: A share of frames with a second face from which one must be chosen.
SEVERAL: Final = 0.2
#: A new shot begins where a THUMB_PX thumbnail changes by so many grey levels at once, by fewer where the face jumps too,
#: and by so many times the usual change: a person who moves changes it by 10 at most from one look to the next.
THUMB_PX: Final = 24
CUT, CUT_WITH_JUMP, UNUSUAL = 25.0, 14.0, 6.0
JUMP, GROWTH = 0.6, 1.4  # of the face: in its heights, and as a factor


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A clip that was looked through.

    Attributes:
        path: the file.
        moments: of the shot with the most of them, or with the wished time; at least one.
        size: width and height of the frames without bars.
        bars: what was cut off.
        looked: number of frames looked at. end_s: until when.
        notes: what the user should know.
    """

    path: Path
    moments: tuple[Moment, ...]
    size: tuple[int, int]
    bars: Bars
    looked: int
    end_s: float
    notes: tuple[str, ...]


class _Seen(NamedTuple):
    """One frame that was looked at; all of it is searched now and then, else only around the last face."""

    time_s: float
    faces: list[FaceObservation]
    moments: list[Moment]
    thumb: NDArray[np.float32]
    is_searched: bool


def is_clip(path: Path) -> bool:
    """Whether a file's name is a video's."""
    return path.suffix.lower() in SUFFIXES


def look_through(
    path: Path,
    landmarker: FaceLandmarker,
    *,
    number: int | None,
    at_s: float | None,
    progress: Callable[[str], None],
) -> Clip:
    """Find the face in frames all over a clip.

    Args:
        landmarker: for single pictures.
        number: which of several faces, 1 is the leftmost; None if there is only one.
        at_s: a time, seconds, whose shot is wanted; None = the longest shot.

    Raises:
        VideoError: the file cannot be read.
        PortraitError: its frames are too small, or it has no such time.
        FaceError: no face, or several without a number.
    """
    progress("looking through the clip")
    rows, bars, size, notes = _looked(path, landmarker, everywhere=number is not None)
    end_s = rows[-1].time_s
    if at_s is not None and not 0 <= at_s <= end_s + 1.0:
        raise PortraitError(f"--at {at_s:g}: expected a second of the clip, 0 to {end_s:.1f}")
    chosen = _of_one_person(rows, number)
    shots = _shots(rows)
    kept = [[moment for moment in shot if moment is not None] for shot in _split(chosen, shots)]
    if not any(kept):
        raise FaceError(
            f"no face was found in {len(rows)} frames of {path.name} that were looked at; expected a clip of one human "
            "face that looks roughly into the camera and is at least a tenth of the picture high"
        )
    place = max(range(len(kept)), key=lambda k: len(kept[k]))
    if at_s is not None:
        place = int(np.searchsorted([rows[start].time_s for start in shots], at_s + 1e-6, side="right")) - 1
    moments = kept[place]
    if not moments:
        raise FaceError(f"--at {at_s:g}: no face is seen in that shot of the clip; choose another second")
    if len(kept) > 1:
        notes.append(
            f"the clip has {len(kept)} shots; the one from {moments[0].time_s:.1f} to {moments[-1].time_s:.1f} s is used, "
            "because light and camera differ between shots"
        )
    tallest = max(face_height(moment.face) for moment in moments)
    if tallest < MIN_FACE_PX:
        raise FaceError(
            f"the face is only {tallest:.0f} pixels high, at least {MIN_FACE_PX} are needed; use a larger video"
        )
    return Clip(path, tuple(moments), size, bars, len(rows), end_s, tuple(notes))


def pictures_at(clip: Clip, times_s: Sequence[float]) -> Iterator[Picture]:
    """The frames that are shown at given times, (H, W, 3) uint8 RGB without bars.

    Args:
        times_s: seconds from the first frame, in rising order.

    Raises:
        VideoError: the file cannot be read any more.
        PortraitError: the clip has another shape by then.
    """
    with VideoFile(clip.path) as video:
        picture: Picture | None = None
        for time_s in times_s:
            if picture is None or video.end_s <= time_s:
                video.skip_until(time_s)
                newer = video.read()
                if newer is not None:
                    whole = _of_size(newer, video.size)
                    if whole is None:
                        raise PortraitError(
                            f"at {time_s:g} s the clip has another shape, {_described(newer)} after "
                            f"{video.size[0]}x{video.size[1]}; choose a second up to {clip.end_s:.1f}, or cut the clip"
                        )
                    picture = clip.bars.cut(whole)
            assert picture is not None
            yield picture


def _of_size(picture: Picture, size: tuple[int, int]) -> Picture | None:
    """A frame in the size of the first: calls and cameras change theirs. None where its shape is another."""
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    if abs(width * size[1] / (height * size[0]) - 1) > SAME_SHAPE:
        return None
    smooth = cv2.INTER_AREA if width > size[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=smooth), np.uint8)


def _described(picture: Picture) -> str:
    return f"{picture.shape[1]}x{picture.shape[0]}"


def _looked(
    path: Path, landmarker: FaceLandmarker, *, everywhere: bool
) -> tuple[list[_Seen], Bars, tuple[int, int], list[str]]:
    """Look at frames in even steps; these double when there are too many, for not every file says how long it is."""
    rows: list[_Seen] = []
    step_s, next_s = STEP_S, 0.0
    finder, search = BarFinder(), _Search(landmarker, everywhere=everywhere)
    notes = []
    with VideoFile(path) as video:
        if min(video.size) < MIN_SIDE:
            wide, high = video.size
            raise PortraitError(
                f"{path} has frames of {wide}x{high}, at least {MIN_SIDE} pixels a side are needed"
            )
        while True:
            if next_s > LONGEST_S:
                notes.append(f"only the first {LONGEST_S / 60:.0f} minutes of the clip were looked at")
                break
            video.skip_until(next_s)
            picture = video.read()
            if picture is None or (rows and video.time_s <= rows[-1].time_s):
                break
            whole = _of_size(picture, video.size)
            if whole is None:
                notes.append(
                    f"the clip changes from {video.size[0]}x{video.size[1]} to {_described(picture)} at "
                    f"{video.time_s:.1f} s; what comes before was used"
                )
                break
            picture = whole
            finder.add(picture)
            rows.append(search.look(video.time_s, picture))
            if len(rows) == 2 * MOST:
                rows = rows[::2]
                step_s = (rows[-1].time_s - rows[0].time_s) / (len(rows) - 1)
            next_s = rows[-1].time_s + step_s
        size = video.size
        is_short = video.duration_s > video.end_s + max(2.0, 0.1 * video.duration_s)
        if is_short and not notes:  # else it goes on, and was not looked at
            notes.append(
                f"the clip breaks off after {video.end_s:.1f} of {video.duration_s:.1f} s; what is there was used"
            )
    bars = finder.bars()
    if bars:
        notes.append(f"black bars were cut off: {bars.described()}")
        rows = [_moved(row, bars, size) for row in rows]
        size = (size[0] - bars.left - bars.right, size[1] - bars.top - bars.bottom)
    return rows, bars, size, notes


class _Search:
    """Finds the faces of one frame after another."""

    def __init__(self, landmarker: FaceLandmarker, *, everywhere: bool) -> None:
        self._landmarker = landmarker
        self._everywhere = everywhere  # in every frame
        self._last: FaceObservation | None = None
        self._looked = self._missed = 0

    def look(self, time_s: float, picture: Picture) -> _Seen:
        """Find the faces of the next frame."""
        is_searched = self._everywhere or self._looked % SEARCH_EVERY == 0
        self._looked += 1
        faces: list[FaceObservation] = []
        if not is_searched and self._last is not None:
            faces = detect_in(self._landmarker, picture, around(self._last, picture))
        if not faces:
            # small faces take dozens of detections to find
            thoroughly = self._last is not None or self._missed < SEARCHES
            faces = (
                find_faces(self._landmarker, picture)
                if thoroughly
                else self._landmarker.detect(picture, None)
            )
            self._missed += not faces
            is_searched = True
        seen = _seen(time_s, picture, faces, is_searched=is_searched)
        self._last = max(seen.faces, key=face_height, default=None)
        return seen


def _seen(time_s: float, picture: Picture, faces: list[FaceObservation], *, is_searched: bool) -> _Seen:
    largest = max((face_height(face) for face in faces), default=0.0)
    kept = sorted(
        (face for face in faces if face_height(face) >= MINOR * largest), key=lambda face: face_box(face)[0]
    )
    thumb = cv2.resize(
        cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (THUMB_PX, THUMB_PX), interpolation=cv2.INTER_AREA
    )
    return _Seen(
        time_s,
        kept,
        [moment_of(time_s, picture, face) for face in kept],
        thumb.astype(np.float32),
        is_searched,
    )


def _moved(row: _Seen, bars: Bars, size: tuple[int, int]) -> _Seen:
    """A row in pixels of the picture without bars."""
    shift = np.array([bars.left, bars.top, 0], np.float32)
    wide, high = size[0] - bars.left - bars.right, size[1] - bars.top - bars.bottom
    moments = [
        replace(
            moment,
            face=(face := replace(moment.face, landmarks=moment.face.landmarks - shift)),
            cut_off=cut_off(face, wide, high),
        )
        for moment in row.moments
    ]
    return row._replace(faces=[moment.face for moment in moments], moments=moments)


def _of_one_person(rows: Sequence[_Seen], number: int | None) -> list[Moment | None]:
    """One person's moment in every frame, None where there is none.

    Raises:
        FaceError: several faces without a number, or no such number.
    """
    most = max(len(row.moments) for row in rows)
    searched = [row for row in rows if row.is_searched]
    several = sum(len(row.moments) > 1 for row in searched)
    if number is None:
        if several > SEVERAL * len(searched):
            raise FaceError(
                f"{most} faces were found in {several} of {len(searched)} frames, one is needed; choose it with --face N, "
                "from left to right, or cut the clip"
            )
        return [max(row.moments, key=lambda one: face_height(one.face), default=None) for row in rows]
    if not 1 <= number <= most:
        raise FaceError(
            f"there is no face {number}: at most {most} were found in a frame, numbered from 1, left to right"
        )
    # Which of fewer faces is meant is not known, and a passer-by changes the numbers: those of most frames count.
    counts = Counter(len(row.moments) for row in rows if len(row.moments) >= number)
    usual = max(counts, key=lambda count: (counts[count], count))
    return [row.moments[number - 1] if len(row.moments) == usual else None for row in rows]


def _shots(rows: Sequence[_Seen]) -> list[int]:
    """The first row of every shot."""
    changes = [float(np.abs(after.thumb - before.thumb).mean()) for before, after in pairwise(rows)]
    usual = float(np.median(changes)) if changes else 0.0
    starts = [0]
    for place, change in enumerate(changes, 1):
        jumps = change > CUT_WITH_JUMP and _jumps(rows[place - 1].moments, rows[place].moments)
        if (change > CUT or jumps) and change > UNUSUAL * usual:
            starts.append(place)
    return starts


def _jumps(before: Sequence[Moment], after: Sequence[Moment]) -> bool:
    """Whether the faces of two frames lie apart or differ in size."""
    if not before or not after:
        return False
    (a, b) = (max((one.face for one in moments), key=face_height) for moments in (before, after))
    gap = float(np.linalg.norm(a.landmarks[:, :2].mean(0) - b.landmarks[:, :2].mean(0)))
    low, high = sorted((face_height(a), face_height(b)))
    return gap > JUMP * low or high > GROWTH * low


def _split(moments: Sequence[Moment | None], starts: Sequence[int]) -> list[list[Moment | None]]:
    return [list(moments[start:end]) for start, end in pairwise([*starts, len(moments)])]
