"""`omote-measure tracker-clips CLIP…`: whether the tracker's network agrees with MediaPipe on real faces."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
import numpy as np

from bridge.trackers.tracker_network import installed_tracker, load_tracker_model, open_tracker_network
from measure.errors import MeasureError
from measure.tracker.clip_agreement import Agreement, ClipReading, agreement, peaks, read_clip
from terminal.progress import progress_bar
from vision.landmarker import find_face_landmarker
from vision.native_logs import quiet_native_libraries


def clips_parser(command: str) -> argparse.ArgumentParser:
    """Options of the measurement."""
    parser = argparse.ArgumentParser(
        prog=f"omote-measure {command}",
        description="Reads clips of real faces with MediaPipe and with Omote's own network, and compares what both see.",
        epilog=f"example: omote-measure {command} clip.mp4 -o report/",
    )
    parser.add_argument("clips", type=Path, nargs="+", metavar="CLIP", help="a video of one person's face")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the report's folder")
    parser.add_argument(
        "--most", type=int, default=300, metavar="N", help="pictures of a clip that are read (default 300)"
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FOLDER",
        help="the tracker's network (default: the one that comes with the bridge)",
    )
    parser.add_argument(
        "--face-landmarker", type=Path, metavar="FILE", help="MediaPipe's face_landmarker.task"
    )
    return parser


def run(options: argparse.Namespace) -> int:
    """Read every clip; returns the exit status.

    Raises:
        MeasureError, InferenceError, LandmarkerError: with a message for the user.
    """
    if not 10 <= options.most <= 100_000:
        raise MeasureError(f"--most {options.most}, expected 10 to 100000")
    quiet_native_libraries()
    network = open_tracker_network(load_tracker_model(options.model or installed_tracker()))
    landmarker = find_face_landmarker(options.face_landmarker)
    readings: dict[str, ClipReading] = {}
    for path in options.clips:
        with progress_bar(options.most, path.name) as bar:
            readings[path.name] = read_clip(path, network, landmarker, most=options.most, progress=bar)
    rows = {name: agreement(reading) for name, reading in readings.items()}
    table = markdown_of(readings, rows)
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "clips.md").write_text(table, encoding="utf-8")
        strongest = {name: peaks(reading) for name, reading in readings.items()}
        found = msgspec.json.encode({"agreement": rows, "peaks": strongest})
        (options.output / "clips.json").write_bytes(msgspec.json.format(found))
    except OSError as error:
        raise MeasureError(f"{error.filename}: {error.strerror}; choose another --output") from error
    print(table)
    return 0


def markdown_of(readings: dict[str, ClipReading], rows: dict[str, list[Agreement]]) -> str:
    """A table: a channel a row, a clip a column; correlation, and the standard deviations, network / MediaPipe."""
    names = list(rows)
    lines = [f"| channel | {' | '.join(names)} |", "|---|" + "--:|" * len(names)]
    for k, one in enumerate(rows[names[0]]):
        cells = []
        for name in names:
            row = rows[name][k]
            r = "–" if np.isnan(row.r) else f"{row.r:.2f}"
            cells.append(f"{r} ({row.network:.2f}/{row.mediapipe:.2f})")
        lines.append(f"| {one.name} | {' | '.join(cells)} |")
    ones = [readings[name] for name in names]
    lines.append(
        "| pictures, lost by the network | "
        + " | ".join(f"{one.pictures}, {one.lost}" for one in ones)
        + " |"
    )
    durations = " | ".join(f"{one.network_ms:.1f} / {one.mediapipe_ms:.1f}" for one in ones)
    lines.append(f"| ms a picture, network / MediaPipe | {durations} |")
    return "\n".join(lines) + "\n"
