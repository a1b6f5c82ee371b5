"""Figures of a method's pictures of one portrait, by judges that know nothing of the studio.

row = portrait_scores("head", frames, poses, portrait, landmarker, judges)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from measure.errors import MeasureError
from measure.judges.emotion_names import EMOTION_NAMES
from measure.portraits.poses import SWEPT, Shown, indices_of
from vision.landmarker import FaceLandmarker

if TYPE_CHECKING:  # it needs torch
    from measure.judges.face_judges import FaceJudges

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PortraitRow:
    """One method's figures of one portrait.

    Attributes:
        apart: yaw in degrees -> distance of the embedding from the portrait's; missing where no face is found.
        emotions: share of the emotions with a counterpart that the judge names first.
        emotion_probability: mean probability that it gives to the wanted emotion.
        slopes: shape -> MediaPipe's response to it, per unit.
        found: share of pictures with a face.
    """

    method: str
    apart: dict[str, float]
    emotions: float
    emotion_probability: float
    slopes: dict[str, float]
    found: float


def portrait_scores(
    method: str,
    frames: Sequence[Picture],
    poses: Sequence[Shown],
    portrait: Picture,
    landmarker: FaceLandmarker,
    judges: FaceJudges | None,
) -> PortraitRow:
    """Judge a method's frames.

    Args:
        frames: (S, S, 3) uint8 RGB, one for each pose.
        portrait: (S, S, 3) uint8 RGB.
        landmarker: of single pictures.
        judges: None leaves identity and emotions out.

    Raises:
        MeasureError: no face is found in the portrait.
    """
    own = landmarker.detect(portrait, 0)
    if not own:
        raise MeasureError("no face was found in the portrait")
    home = None if judges is None else judges.embedding(portrait, own[0].landmarks)
    apart: dict[str, float] = {}
    named, probabilities = [], []
    swept: dict[str, list[tuple[float, float]]] = {name: [] for name in SWEPT}
    count = 0
    for frame, pose in zip(frames, poses, strict=True):
        found = landmarker.detect(frame, 0)
        if not found:
            continue
        count += 1
        face = found[0]
        if pose.kind == "sweep":
            seen = float(np.mean(face.blendshapes[indices_of(pose.word)]))
            swept[pose.word].append((pose.amount, seen))
        elif judges is not None and home is not None and pose.kind == "yaw":
            apart[pose.word] = float(np.linalg.norm(judges.embedding(frame, face.landmarks) - home))
        elif judges is not None and pose.kind == "emotion" and pose.word in EMOTION_NAMES:
            answer = judges.emotion(frame, face.landmarks)
            wanted = EMOTION_NAMES.index(pose.word)
            named.append(float(answer.argmax() == wanted))
            probabilities.append(float(answer[wanted]))
    return PortraitRow(
        method=method,
        apart=apart,
        emotions=_mean(named),
        emotion_probability=_mean(probabilities),
        slopes={name: _slope(pairs) for name, pairs in swept.items()},
        found=count / len(frames),
    )


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _slope(pairs: list[tuple[float, float]]) -> float:
    """Least-squares slope of the second number by the first."""
    if len(pairs) < 2:
        return float("nan")
    x, y = np.array(pairs).T
    return float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum())
