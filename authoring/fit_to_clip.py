"""Fits the retouch network's code of an avatar to its person by true frames of a clip, and keeps it only if it helps.

text = fit_to_clip(folder, frames, minutes=1.0, clock=time.monotonic, progress=print)

Half of the frames are fitted to; the others, apart in time, judge. Nothing but 24 numbers changes, so that a fit can
neither blur a face nor learn one moment by heart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.clip.true_frames import TrueFrame
from authoring.fit.code_search import search_code
from authoring.fit.likeness import Likeness, likeness, verdict
from face.avatar import MANIFEST, load_avatar
from face.retouch_code import FILE, ROLE, RetouchCode, save_code
from runtime.engines.retouch import RetouchEngine
from runtime.inference.settings import NeuralSettings

Floats = NDArray[np.float32]

#: Side of the true frames, and of the pictures whose differences are lowered, pixels.
SIZE: Final = 256
COMPARED_PX: Final = 64
FRAMES: Final = 20
#: The clip is divided into so many parts, which are fitted to and judge in turns; each half needs LEAST frames.
PARTS: Final = 6
LEAST: Final = 4
ROUNDS: Final = 3
STEPS: Final = 2 + 2 * ROUNDS  # calls of `progress` at most
#: Weight of what lies outside the face, against 1 inside.
AROUND: Final = 0.25


def fit_to_clip(
    folder: Path,
    frames: Sequence[TrueFrame],
    *,
    minutes: float,
    clock: Callable[[], float],
    progress: Callable[[str], None],
    model: str = "",
    rounds: int = ROUNDS,
) -> str:
    """Fit, judge, and add the code to the avatar if it is kept; returns a line for the report.

    Args:
        folder: a complete avatar of the head engine.
        frames: in the order of time, of one size; SIZE is usual.
        minutes: the search ends after so long; its last finished round counts.
        clock: returns monotonic seconds.
        progress: called with the name of each step as it begins, at most STEPS times.
        model: the network's folder; "" = the one that comes with Omote.
        rounds: of the search, at most.

    Raises:
        ModelError, ProviderError: the network cannot be run here. RenderError: there is no OpenGL.
    """
    learned, judged = halves(frames)
    if min(len(learned), len(judged)) < LEAST:
        return (
            f"not fitted: {len(frames)} frames of the clip can be used, at least {2 * LEAST} all over it are needed; "
            "use a longer and sharper clip"
        )
    end_s = clock() + 60.0 * minutes
    progress("fitting to the person: drawing the avatar")
    engine = RetouchEngine(
        len(frames[0].picture), NeuralSettings(("cpu",), model)
    )  # one provider: the same answer every time
    try:
        # before its own background, so that a part of the person that is missing counts as an error
        engine.set_avatar(replace(load_avatar(folder), background="keep"))
        network = engine.network
        assert network is not None
        own = network.avatar_code.copy()
        found = search_code(
            own,
            lambda frame, codes: residuals(engine, frame, codes),
            learned,
            rounds=rounds,
            is_over=lambda: clock() >= end_s,
            progress=progress,
        )
        if found.rounds == 0:
            if found.is_stopped:
                return f"not fitted: --fit-minutes {minutes:g} was too short for one round; give it more"
            return "not kept, because no other code comes nearer to the person"
        progress("fitting to the person: judging by other frames")
        pairs = [_judged(engine, frame, (own, found.values)) for frame in judged]
        made = RetouchCode(found.values, network.fingerprint)
    finally:
        engine.close()
    answer = verdict([before for before, _ in pairs], [after for _, after in pairs])
    if answer.is_kept:
        save_code(made, folder / FILE)
        manifest = (folder / MANIFEST).read_text(encoding="utf-8")  # it ends with its files
        (folder / MANIFEST).write_text(f'{manifest}{ROLE} = "{FILE}"\n', encoding="utf-8", newline="\n")
    in_time = (
        f", {found.rounds} of {rounds} rounds within --fit-minutes {minutes:g}" if found.is_stopped else ""
    )
    return answer.text + in_time


def halves(frames: Sequence[TrueFrame]) -> tuple[list[TrueFrame], list[TrueFrame]]:
    """Those that are fitted to, and those that judge: whole parts of the clip, because neighbours in time are alike."""
    parts = [number * PARTS // max(len(frames), 1) for number in range(len(frames))]
    sides: tuple[list[TrueFrame], list[TrueFrame]] = ([], [])
    for frame, part in zip(frames, parts, strict=True):
        sides[part % 2].append(frame)
    return sides


def residuals(engine: RetouchEngine, frame: TrueFrame, codes: Sequence[Floats]) -> Iterator[Floats]:
    """The avatar minus the truth, 0..1, for each code: (R,) float32."""
    weight = np.where(frame.face, 1.0, AROUND).astype(np.float32) * frame.known
    truth = frame.picture.astype(np.float32)
    for picture in engine.draw_with_codes(frame.motion, codes):
        gap = (picture[..., :3] - truth) * (weight[..., None] / 255.0)
        yield cv2.resize(gap, (COMPARED_PX, COMPARED_PX), interpolation=cv2.INTER_AREA).reshape(-1)


def _judged(
    engine: RetouchEngine, frame: TrueFrame, codes: tuple[Floats, Floats]
) -> tuple[Likeness, Likeness]:
    before, after = (
        likeness(picture[..., :3], frame.picture, frame.face, frame.known)
        for picture in engine.draw_with_codes(frame.motion, codes)
    )
    return before, after
