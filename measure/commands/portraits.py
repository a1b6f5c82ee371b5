"""`omote-measure portraits PHOTO…`: what methods make of real portraits, judged by networks that never saw the studio."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from authoring.portrait.canvas import cut_square
from authoring.portrait.portrait import load_portrait
from measure.commands.method_options import add_judges_option, add_method_options, open_judges, open_methods
from measure.errors import MeasureError
from measure.methods.method import COMPLETE, Method
from measure.portraits.poses import SWEPT, YAWS_DEG, Shown, shown_poses
from measure.portraits.scores import PortraitRow, portrait_scores
from measure.real.square import PORTRAIT_PX, square_of
from protocol.errors import OmoteError
from terminal.progress import progress_bar
from vision.landmarker import FaceLandmarker, find_face_landmarker
from vision.native_logs import quiet_native_libraries

if TYPE_CHECKING:  # it needs torch
    from measure.judges.face_judges import FaceJudges

#: Poses of a sheet: those that are looked at; the steps of the sweeps in between are left out.
_SHOWN: Final = ("yaw", "pitch", "emotion")


def portraits_parser(command: str) -> argparse.ArgumentParser:
    """Options of the measurement on portraits."""
    parser = argparse.ArgumentParser(
        prog=f"omote-measure {command}",
        description="Makes an avatar of each portrait, turns it and lets it feel, and asks outside judges: is it still the "
        "same person, which emotion does it show, how far do its shapes move. Writes a sheet of pictures to look at.",
        epilog=f"example: omote-measure {command} me.jpg --methods head,retouch --judges package/model -o report/",
    )
    parser.add_argument("photos", type=Path, nargs="+", metavar="PHOTO", help="a portrait")
    add_judges_option(parser, without="identity and emotions are not judged")
    add_method_options(parser, default=tuple(name for name in COMPLETE if name != "copy"), size=512)
    return parser


def run(options: argparse.Namespace) -> int:
    """Measure every portrait; returns the exit status.

    Raises:
        MeasureError, BridgeError, RuntimeFailure: with a message for the user.
    """
    if not 64 <= options.size <= 1024:
        raise MeasureError(f"--size {options.size}, expected 64 to 1024")
    judges = open_judges(options)
    quiet_native_libraries()
    options.output.mkdir(parents=True, exist_ok=True)
    poses = shown_poses()
    rows: dict[str, list[PortraitRow]] = {}
    with ExitStack() as stack:
        landmarker = stack.enter_context(
            FaceLandmarker(find_face_landmarker(options.face_landmarker), video=False, num_faces=1)
        )
        methods = open_methods(options, stack)
        bar = stack.enter_context(progress_bar(len(options.photos), "portraits"))
        for done, photo in enumerate(options.photos):
            picture = load_portrait(photo).shown
            faces = landmarker.detect(picture, 0)
            if not faces:
                print(f"{photo.name}: no face was found")
                continue
            portrait = cut_square(picture, square_of(faces[0], picture), PORTRAIT_PX)
            rows[photo.name] = _measured(
                methods, portrait, poses, landmarker, judges, options.output / f"{photo.stem}.jpg"
            )
            bar(done + 1)
    plain = {name: [msgspec.to_builtins(row) for row in found] for name, found in rows.items()}
    (options.output / "portraits.json").write_bytes(msgspec.json.format(msgspec.json.encode(plain)))
    print(_table(rows, options.methods))
    return 0


def _measured(
    methods: Sequence[Method],
    portrait: NDArray[np.uint8],
    poses: Sequence[Shown],
    landmarker: FaceLandmarker,
    judges: FaceJudges | None,
    sheet: Path,
) -> list[PortraitRow]:
    """Every method's row; a method that refuses the portrait has none."""
    found, strips = [], []
    for method in methods:
        try:
            method.prepare(portrait)
        except OmoteError as error:
            print(f"{method.name} refuses {sheet.stem}: {error}")
            continue
        motions = [pose.motion for pose in poses]
        frames = [_over_grey(frame) for frame in method.frames(motions, fps=1.0)]
        found.append(portrait_scores(method.name, frames, poses, portrait, landmarker, judges))
        shown = [
            frame
            for frame, pose in zip(frames, poses, strict=True)
            if pose.kind in _SHOWN or pose.amount == 1.0
        ]
        strips.append(shown)
    if strips:
        half = -(-len(strips[0]) // 2)
        lines = [np.concatenate(_padded(row[k : k + half], half), 1) for k in (0, half) for row in strips]
        Image.fromarray(np.concatenate(lines)).save(sheet, quality=90)
    return found


def _padded(pictures: list[NDArray[np.uint8]], count: int) -> list[NDArray[np.uint8]]:
    return pictures + [np.zeros_like(pictures[0])] * (count - len(pictures))


def _over_grey(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    alpha = frame[..., 3:].astype(np.uint16)
    return np.asarray((frame[..., :3] * alpha + 128 * (255 - alpha) + 127) // 255, np.uint8)


def _table(rows: dict[str, list[PortraitRow]], methods: Sequence[str]) -> str:
    """Means over all portraits, a line a method."""
    names = [f"{degrees:+d}" for degrees in YAWS_DEG]
    lines = [f"{'method':8} {'n':>3} " + " ".join(f"{'id' + name:>6}" for name in names) + f" {'emotion':>8} {'prob':>6} "
             + " ".join(f"{name[:11]:>11}" for name in SWEPT)]  # fmt: skip
    for method in methods:
        own = [row for found in rows.values() for row in found if row.method == method]
        apart = [_mean([row.apart.get(str(degrees), np.nan) for row in own]) for degrees in YAWS_DEG]
        slopes = [_mean([row.slopes[name] for row in own]) for name in SWEPT]
        lines.append(
            f"{method:8} {len(own):3} "
            + " ".join(f"{value:6.3f}" for value in apart)
            + f" {_mean([row.emotions for row in own]):8.2f} {_mean([row.emotion_probability for row in own]):6.2f} "
            + " ".join(f"{value:11.2f}" for value in slopes)
        )
    return "\n".join(lines)


def _mean(values: list[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")
