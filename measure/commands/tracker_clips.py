"""`omote-measure tracker-clips CLIP…`: what the tracker's network sees on real faces, where no truth is known."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from pathlib import Path
from typing import Final

import msgspec

from bridge.trackers.tracker_network import TrackerNetwork
from measure.commands.drawn_samples import add_model_option, network_of
from measure.errors import MeasureError
from measure.tracker.clip_agreement import agreement, peaks, read_clip
from measure.tracker.clip_distances import distance_rows
from measure.tracker.clip_disturbances import KINDS, disturbed
from measure.tracker.clip_jitter import jitter_row
from measure.tracker.clip_mirror import mirror_row, mirrored_pictures
from measure.tracker.clip_runs import clip_pictures, run_network
from measure.tracker.clip_steadiness import steadiness_row
from measure.tracker.clip_tables import ClipReport, markdown_of
from measure.tracker.network_report import NetworkReport
from measure.tracker.shown_moments import Moment, moment_rows, read_moments
from measure.tracker.sight_table import BEGIN, END, sight_markdown, sight_rows
from terminal.progress import progress_bar
from vision.landmarker import find_face_landmarker
from vision.native_logs import quiet_native_libraries
from vision.video_file import VideoFile

#: What can be measured besides the agreement with MediaPipe.
PROTOCOLS: Final = ("distances", "jitter", "mirror", "disturbances")


def clips_parser(command: str) -> argparse.ArgumentParser:
    """Options of the measurement."""
    from measure.__main__ import names_of

    parser = argparse.ArgumentParser(
        prog=f"omote-measure {command}",
        description="Reads clips of real faces with MediaPipe and with Omote's own network, and compares what both see. "
        "Where DIR holds the network.json of omote-measure tracker, the table of the 52 is written as well.",
        epilog=f"example: omote-measure {command} clip.mp4 --moments moments.toml -o report/",
    )
    parser.add_argument("clips", type=Path, nargs="+", metavar="CLIP", help="a video of one person's face")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the report's folder")
    parser.add_argument(
        "--most", type=int, default=300, metavar="N", help="pictures of a clip that are read (default 300)"
    )
    parser.add_argument(
        "--protocol",
        type=names_of(PROTOCOLS),
        default=PROTOCOLS,
        metavar="NAME",
        help=f"some of {', '.join(PROTOCOLS)}, or all (default)",
    )
    parser.add_argument(
        "--moments",
        type=Path,
        metavar="FILE",
        help="moments of the clips that people have looked at; see measure/tracker/shown_moments.py",
    )
    parser.add_argument(
        "--page",
        type=Path,
        metavar="FILE",
        help="also write the table of the 52 into this page, between its sight comments",
    )
    add_model_option(parser)
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
    names = [path.name for path in options.clips]
    if len(set(names)) < len(names):
        raise MeasureError(
            f"two clips are called {max(names, key=names.count)}; expected clips of different names"
        )
    moments = [] if options.moments is None else read_moments(options.moments)
    drawn = _drawn_figures(options.output / "network.json")
    page = None if options.page is None else _read_page(options.page)
    if page is not None and drawn is None:
        raise MeasureError(
            f"--page needs the figures on drawn people, {options.output / 'network.json'}; make them with: "
            f"omote-measure tracker -o {options.output}"
        )
    quiet_native_libraries()
    network = network_of(options)
    landmarker = find_face_landmarker(options.face_landmarker)
    runs = 1 + ("mirror" in options.protocol) + len(KINDS) * ("disturbances" in options.protocol)
    reports: dict[str, ClipReport] = {}
    for path in options.clips:
        with progress_bar(runs, path.name) as bar:
            reports[path.name] = report_of(
                path, network, landmarker, most=options.most, protocols=options.protocol, moments=moments
            )
            bar(runs)
    table = markdown_of(reports)
    sight = ""
    if drawn is not None:
        sight = sight_markdown(sight_rows(drawn.network, drawn.gaze_network, reports.values()))
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "clips.md").write_text(table, encoding="utf-8")
        (options.output / "clips.json").write_bytes(msgspec.json.format(_json(reports)))
        if sight:
            (options.output / "sight.md").write_text(sight, encoding="utf-8")
        if page is not None:
            head, tail = page
            options.page.write_text(f"{head}{BEGIN}\n{sight}{END}{tail}", encoding="utf-8")
    except OSError as error:
        raise MeasureError(
            f"{error.filename}: {error.strerror}; choose another --output or --page"
        ) from error
    print(f"{table}\n{sight}".strip())
    return 0


def _read_page(path: Path) -> tuple[str, str]:
    """What stands before and after the table in a page.

    Raises:
        MeasureError: there is no such page, or it has no place for the table.
    """
    try:
        head, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    except (OSError, UnicodeDecodeError) as error:
        raise MeasureError(f"--page {path} cannot be read ({error}); name a page of documentation") from error
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise MeasureError(f"--page {path} has no lines {BEGIN} and {END}; put them where the table belongs")
    return head, tail


def report_of(
    path: Path,
    network: TrackerNetwork,
    landmarker: Path,
    *,
    most: int,
    protocols: Collection[str],
    moments: list[Moment],
) -> ClipReport:
    """Everything that was asked for about one clip.

    Raises:
        MeasureError: too few pictures show a face to both trackers.
    """
    shown = [one for one in moments if one.clip == path.name]
    # as many pictures as the moments need, at least
    with VideoFile(path) as video:
        last = max((max(one.at_s, one.rest_s) for one in shown), default=0.0)
        needed = int((last + 0.2) * video.fps)
    reading = read_clip(path, network, landmarker, most=max(most, needed))
    report = ClipReport(reading, agreement(reading))
    report.moments = moment_rows(reading, shown)
    if "distances" in protocols:
        report.distances = distance_rows(reading)
    if "jitter" in protocols:
        report.jitter = jitter_row(reading)
    if not {"mirror", "disturbances"}.isdisjoint(protocols):
        plain = run_network(clip_pictures(path, most), network)
        if "mirror" in protocols:
            pictures = mirrored_pictures(clip_pictures(path, most))
            report.mirror = mirror_row(plain, run_network(pictures, network))
        if "disturbances" in protocols:
            points = dict(zip(reading.number.tolist(), reading.landmarks, strict=True))
            for kind in KINDS:
                pictures = disturbed(clip_pictures(path, most), points, kind)
                report.steadiness.append(steadiness_row(kind, plain, run_network(pictures, network)))
    return report


def _drawn_figures(path: Path) -> NetworkReport | None:
    """The report on drawn people, if there is one."""
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=NetworkReport)
    except msgspec.MsgspecError as error:
        raise MeasureError(
            f"{path} is no report of omote-measure tracker ({error}); measure again"
        ) from error


def _json(reports: dict[str, ClipReport]) -> bytes:
    found = {
        name: {
            "peaks": peaks(one.reading),
            "agreement": one.agreement,
            "distances": one.distances,
            "jitter": one.jitter,
            "mirror": one.mirror,
            "steadiness": one.steadiness,
            "moments": one.moments,
        }
        for name, one in reports.items()
    }
    return msgspec.json.encode(found)
