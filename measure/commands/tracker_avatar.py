"""`omote-measure tracker-avatar`: the head engine driven by trackers, against the same engine driven by the truth."""

from __future__ import annotations

import argparse

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bridge.expressions.face_correction import shipped_weights
from measure.commands.drawn_samples import add_drawing_options, check_counts, network_of, samples_of
from measure.errors import MeasureError
from measure.methods.method import make_method
from measure.tracker.avatar_driving import DrivenRow, driven_rows, means_of
from measure.tracker.bridge_output import bridge_output
from measure.tracker.network_output import network_output
from studio.head.identity import identities_of
from studio.head.source import read_face_source
from studio.head.source_path import find_face_source
from studio.renderer import Studio
from terminal.progress import progress_bar

#: Rows of the sheet.
_SHOWN = 24


def avatar_parser(command: str) -> argparse.ArgumentParser:
    """Options of the measurement."""
    parser = argparse.ArgumentParser(
        prog=f"omote-measure {command}",
        description="Drives avatars of drawn people by what trackers see of them, and compares mouths and eyes with the "
        "same avatars driven by the true coefficients.",
        epilog=f"example: omote-measure {command} --count 6 --size 256 -o report/",
    )
    add_drawing_options(parser, people=6)
    parser.add_argument(
        "--size", type=int, default=256, metavar="PIXELS", help="side of the frames (default 256)"
    )
    parser.add_argument(
        "--motions", type=int, default=26, metavar="N", help="moments of each person (default 26, all)"
    )
    return parser


def run(options: argparse.Namespace) -> int:
    """Draw, track, drive, compare; returns the exit status.

    Raises:
        MeasureError, BridgeError, RenderError, ModelError: with a message for the user.
    """
    check_counts(options, fewest=1)
    for name, value, low, high in (
        ("--size", options.size, 64, 1024),
        ("--motions", options.motions, 1, 26),
    ):
        if not low <= value <= high:
            raise MeasureError(f"{name} {value}, expected {low} to {high}")
    network = network_of(options)
    samples, crops = samples_of(options, "test", options.count)
    sent = {
        "MediaPipe": bridge_output(samples, None),
        "corrected": bridge_output(samples, shipped_weights()),
        "network": network_output(samples, crops, network).sent,
    }
    sheet: list[NDArray[np.uint8]] = []

    def show(_: int, frames: dict[str, NDArray[np.uint8]]) -> None:
        if len(sheet) < _SHOWN:
            sheet.append(np.concatenate(list(frames.values()), 1))

    people = identities_of("test", options.count)
    with (
        Studio(read_face_source(find_face_source(options.ict))) as studio,
        make_method("head", size=options.size, face_landmarker=options.face_landmarker) as method,
        progress_bar(len(people), "avatars") as bar,
    ):
        rows = driven_rows(
            studio,
            method,
            samples,
            sent,
            people=people,
            size=options.size,
            most=options.motions,
            style=options.style,
            show=show,
            progress=bar,
        )
    means = means_of(rows)
    table = markdown_of(means, len(people), len(rows) // len(means))
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "avatar.md").write_text(table, encoding="utf-8")
        (options.output / "avatar.json").write_bytes(msgspec.json.format(msgspec.json.encode(means)))
        Image.fromarray(np.concatenate(sheet)).save(options.output / "avatar.png")
    except OSError as error:
        raise MeasureError(f"{error.filename}: {error.strerror}; choose another --output") from error
    print(table)
    return 0


def markdown_of(means: list[DrivenRow], people: int, frames: int) -> str:
    """A table: a row a driver."""
    lines = [
        f"{people} people of the test split, {frames} frames each driver; in avatar.png: the studio's picture, then the "
        "avatar driven by " + ", ".join(row.driver for row in means) + ".",
        "",
        "| driven by | mouth, dB | eyes, dB | mouth against the person, dB | eyes against the person, dB |",
        "|---|--:|--:|--:|--:|",
    ]
    for row in means:
        cells = [
            "–" if np.isnan(value) else f"{value:.2f}"
            for value in (row.mouth, row.eyes, row.studio_mouth, row.studio_eyes)
        ]
        lines.append(f"| {row.driver} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
