"""`omote-measure real CLIP…`: the first face of a real clip as the portrait, its later frames as truth."""

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

from authoring.portrait.detect import AT_ONCE
from bridge.trackers.face import load_landmarker
from measure.commands.method_options import add_judges_option, add_method_options, open_judges, open_methods
from measure.errors import MeasureError
from measure.methods.method import COMPLETE, Method
from measure.real.clip_truth import ClipTruth, clip_truth
from measure.real.from_clip import FIGURES as CLIP_FIGURES
from measure.real.from_clip import FromClipRow, from_clip
from measure.real.scores import FIGURES, ClipRow, clip_scores
from protocol.errors import OmoteError
from runtime.engines.selection import make_engine
from runtime.inference.settings import NeuralSettings
from terminal.progress import progress_bar
from vision.landmarker import FaceLandmarker, find_face_landmarker
from vision.native_logs import quiet_native_libraries

if TYPE_CHECKING:  # it needs torch
    from measure.judges.face_judges import FaceJudges

#: Frames of a clip that are compared.
MOST: Final = 60
_SHOWN: Final = 8  # pictures of a sheet


def real_parser(command: str) -> argparse.ArgumentParser:
    """Options of the measurement on real clips."""
    parser = argparse.ArgumentParser(
        prog=f"omote-measure {command}",
        description="Makes an avatar of the first face of each clip, lets the clip drive it, and compares the frames with "
        "the clip's own.",
        epilog=f"example: omote-measure {command} clip.mp4 --methods copy,head -o report/",
    )
    parser.add_argument("clips", type=Path, nargs="+", metavar="CLIP", help="a video of one person's face")
    parser.add_argument(
        "--most",
        type=int,
        default=MOST,
        metavar="N",
        help=f"frames of a clip that are compared (default {MOST})",
    )
    parser.add_argument(
        "--made-from",
        type=float,
        metavar="SHARE",
        help="make avatars from this share of each clip, of its best frame alone and of all of it, and judge them by the "
        "rest (default: avatars of the first face, driven by the whole clip)",
    )
    add_judges_option(parser, without="likeness is not judged")
    add_method_options(parser, default=COMPLETE, size=256)
    return parser


def run(options: argparse.Namespace) -> int:
    """Measure every clip; returns the exit status.

    Raises:
        MeasureError, BridgeError, RuntimeFailure: with a message for the user.
    """
    for name, value, low, high in (("--size", options.size, 64, 1024), ("--most", options.most, 2, 10_000)):
        if not low <= value <= high:
            raise MeasureError(f"{name} {value}, expected {low} to {high}")
    if options.made_from is not None:
        return _of_clips(options)
    judges = open_judges(options)
    quiet_native_libraries()
    options.output.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[ClipRow]] = {}
    with ExitStack() as stack:
        finder = stack.enter_context(
            FaceLandmarker(find_face_landmarker(options.face_landmarker), video=False, num_faces=1)
        )
        methods = open_methods(options, stack)
        bar = stack.enter_context(progress_bar(len(options.clips), "clips"))
        for done, clip in enumerate(options.clips):
            with load_landmarker(options.face_landmarker) as landmarker:
                truth = clip_truth(clip, landmarker, size=options.size, most=options.most)
            rows[clip.name] = _measured(
                methods, truth, finder, judges, options.output / f"{clip.stem}.jpg", clip
            )
            bar(done + 1)
    (options.output / "real.json").write_bytes(
        msgspec.json.format(
            msgspec.json.encode(
                {clip: [msgspec.to_builtins(row) for row in found] for clip, found in rows.items()}
            )
        )
    )
    print(_table(rows))
    return 0


def _of_clips(options: argparse.Namespace) -> int:
    """Avatars of a clip's first part, judged by the rest; see `measure.real.from_clip`."""
    if not 0.1 <= options.made_from <= 0.9:
        raise MeasureError(f"--made-from {options.made_from:g}, expected 0.1 to 0.9")
    given = {
        "--methods": options.methods != COMPLETE,
        "--judges": options.judges is not None,
        "--most": options.most != MOST,
        "--model": bool(options.model),
    }
    for name, is_given in given.items():
        if is_given:
            raise MeasureError(
                f"{name} is not used with --made-from, which compares two avatars; leave it out"
            )
    quiet_native_libraries()
    options.output.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[FromClipRow]] = {}
    with ExitStack() as stack:
        finder = stack.enter_context(
            FaceLandmarker(find_face_landmarker(options.face_landmarker), video=False, num_faces=AT_ONCE)
        )
        engine = make_engine("head", options.size, NeuralSettings())
        stack.callback(engine.close)
        bar = stack.enter_context(progress_bar(len(options.clips), "clips"))
        for done, clip in enumerate(options.clips):
            rows[clip.name], lines, sheet = from_clip(
                clip, finder, engine, size=options.size, share=options.made_from, keep=options.output
            )
            Image.fromarray(sheet).save(options.output / f"{clip.stem}.jpg", quality=92)
            (options.output / f"{clip.stem}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
            bar(done + 1)
    (options.output / "real.json").write_bytes(msgspec.json.format(msgspec.json.encode(rows)))
    print(_from_clip_table(rows))
    return 0


def _from_clip_table(rows: dict[str, list[FromClipRow]]) -> str:
    wide = [max(len(name), 8) for name in CLIP_FIGURES]
    lines = [
        f"{'clip':16} {'made from':9} "
        + " ".join(f"{name:>{w}}" for name, w in zip(CLIP_FIGURES, wide, strict=True))
    ]
    for clip, found in rows.items():
        for row in found:
            values = [getattr(row, name) for name in CLIP_FIGURES]
            cells = [
                f"{v:>{w}d}" if isinstance(v, int) else f"{v:>{w}.2f}"
                for v, w in zip(values, wide, strict=True)
            ]
            lines.append(f"{clip[:16]:16} {row.made_from:9} " + " ".join(cells))
    return "\n".join(lines)


def _measured(
    methods: Sequence[Method],
    truth: ClipTruth,
    landmarker: FaceLandmarker,
    judges: FaceJudges | None,
    sheet: Path,
    clip: Path,
) -> list[ClipRow]:
    """Every method's row; a method that refuses the portrait has none."""
    found = []
    strips = [_strip(list(truth.pictures))]
    for method in methods:
        try:
            method.prepare(truth.portrait)
        except OmoteError as error:
            print(f"{method.name} refuses the portrait of {clip.name}: {error}")
            continue
        frames = [
            np.ascontiguousarray(frame[..., :3])
            for frame in method.frames(truth.motions, fps=truth.fps, rest=truth.rest)
        ]
        found.append(clip_scores(method.name, frames, truth, landmarker, judges))
        strips.append(_strip(frames))
    Image.fromarray(np.concatenate(strips)).save(sheet, quality=90)
    return found


def _strip(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    places = np.linspace(0, len(pictures) - 1, min(_SHOWN, len(pictures))).astype(int)
    return np.concatenate([pictures[place] for place in places], 1)


def _table(rows: dict[str, list[ClipRow]]) -> str:
    head = f"{'clip':16} {'method':8} " + " ".join(f"{name:>11}" for name in FIGURES)
    lines = [head]
    for clip, found in rows.items():
        for row in found:
            values = " ".join(f"{getattr(row, name):11.3f}" for name in FIGURES)
            lines.append(f"{clip[:16]:16} {row.method:8} {values}")
    return "\n".join(lines)
