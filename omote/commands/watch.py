"""`omote watch`: reads the frames as other programs do, and prints their rate, latency and losses.

omote watch                                # from shared memory, a line per second until Ctrl-C
omote watch --publisher zeromq --json
omote watch --seconds 10 --save face.png
omote watch --avatar kofi                  # one face of omote serve
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from omote.client import RuntimeAddress, find_face
from omote.client_options import (
    add_face_option,
    add_host_option,
    add_request_port_option,
    asked_of,
    read_key,
)
from omote.readers.following import FollowingReader
from omote.readers.frame_statistics import FrameReport, FrameStatistics
from omote.readers.reader import FrameReader
from omote.readers.selection import READERS, ReaderChoice, open_reader
from protocol.errors import OmoteError
from protocol.file_names import check_new_file
from protocol.frames.ring_files import STREAM, is_stream_name
from protocol.messages import PUBLISH_PORT
from terminal.json_line import json_line
from terminal.printable import printable

LINE_S: Final = 1.0
READ_S: Final = 0.2


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `omote watch` to the command line."""
    parser = subparsers.add_parser(
        "watch",
        help="read the frames as other programs do: rate, latency, losses",
        description="Read the frames as other programs do, and print their rate, latency and losses. Latency runs from "
        "the end of rendering to the pixels being here, by this machine's clock. Exits with 1 if no frame arrived. "
        "Example: omote watch --publisher zeromq --seconds 10 --save face.png",
    )
    parser.add_argument(
        "--publisher",
        choices=tuple(READERS),
        help="where to read (default: shm, and zeromq where the runtime is on another address)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per line, for scripts")
    parser.add_argument("--seconds", type=float, metavar="S", help="stop after S seconds (default: Ctrl-C)")
    parser.add_argument(
        "--save", type=Path, metavar="FILE.png", help="write the newest frame, with its alpha"
    )
    parser.add_argument("--stream", default=STREAM, help="as in omote run (default %(default)s)")
    parser.add_argument("--folder", type=Path, help="of shared memory (default: this user's)")
    add_face_option(parser)
    add_host_option(parser)
    add_request_port_option(parser)
    parser.add_argument("--publish-port", type=int, default=PUBLISH_PORT, help="default %(default)s")
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="the key that a runtime on another machine requires"
    )


def run(args: argparse.Namespace) -> int:
    """Read until the time is over; returns the exit status."""
    if not is_stream_name(args.stream):
        print(f"omote watch: --stream {args.stream!r} is not a valid stream name", file=sys.stderr)
        return 2
    try:
        if args.save is not None:
            check_new_file(args.save)
        address = RuntimeAddress(
            host=args.host,
            request_port=args.request_port,
            publish_port=args.publish_port,
            key=read_key(args.key),
            stream=args.stream,
        )

        def open_at(address: RuntimeAddress) -> FrameReader:
            choice = ReaderChoice(
                stream=address.stream,
                folder=args.folder,
                host=address.host,
                publish_port=address.publish_port,
                key=address.key,
            )
            return open_reader(publisher, choice)

        if args.avatar:
            asked = asked_of(address)
            address = find_face(args.avatar, asked)
        publisher: str = args.publisher or ("shm" if address.is_local else "zeromq")
        if args.avatar:
            reader: FrameReader = FollowingReader(lambda: find_face(args.avatar, asked), open_at, at=address)
        else:
            reader = open_at(address)
    except OmoteError as error:
        print(f"omote watch: {error}", file=sys.stderr)
        return 2
    watch = Watch(reader, publisher, is_json=args.json, keeps_newest=args.save is not None)
    with closing(reader), suppress(KeyboardInterrupt):
        watch.run(float("inf") if args.seconds is None else args.seconds)
    return watch.finish(args.save)


class Watch:
    """Reads frames and prints a line per second."""

    def __init__(self, reader: FrameReader, publisher: str, *, is_json: bool, keeps_newest: bool) -> None:
        self._reader = reader
        self._publisher = publisher
        self._is_json = is_json
        self._keeps_newest = keeps_newest
        self._newest: NDArray[np.uint8] | None = None
        self._frames = 0

    def run(self, seconds: float) -> None:
        """Read for a number of seconds."""
        statistics = FrameStatistics()
        began_s = line_s = time.monotonic()
        while (now_s := time.monotonic()) - began_s < seconds:
            frame = self._reader.read(min(READ_S, max(0.0, began_s + seconds - now_s)))
            if frame is not None:
                statistics.add(frame)
                self._frames += 1
                if self._keeps_newest:
                    self._newest = frame.pixels.copy()
            now_s = time.monotonic()
            if now_s - line_s >= LINE_S:
                self._print(statistics.report(now_s - line_s))
                line_s = now_s

    def finish(self, path: Path | None) -> int:
        """Save the newest frame if a path is given; returns the exit status."""
        if self._frames == 0:
            print(f"omote watch: {self._reader.problem or 'no frame arrived'}", file=sys.stderr)
            return 1
        if path is not None and self._newest is not None:
            try:
                Image.fromarray(self._newest).save(path, "PNG")
            except OSError as error:
                print(f"omote watch: {path} cannot be written: {error}", file=sys.stderr)
                return 1
            print(f"newest frame: {path}", file=sys.stderr)
        return 0

    def _print(self, report: FrameReport) -> None:
        reader, events = self._reader, self._reader.take_events()
        problem = reader.problem if report.frames == 0 else ""
        if self._is_json:
            table = {
                "publisher": self._publisher,
                "fps": round(report.fps, 2),
                "frames": report.frames,
                "lost": report.lost,
                "torn": reader.torn,
                "refused": reader.refused,
                "width": report.width,
                "height": report.height,
                "latency_ms": report.latency_ms and [round(value, 3) for value in report.latency_ms],
                "news": events,
                "problem": problem,
            }
            print(json_line(table), flush=True)
            return
        for line in events:
            print(f"-- {printable(line)}", flush=True)
        print(problem or describe(report, reader), flush=True)


def describe(report: FrameReport, reader: FrameReader) -> str:
    """Format a report as one line for people."""
    latency = "latency unknown"
    if report.latency_ms is not None:
        latency = "latency p50 {:.2f}  p95 {:.2f}  p99 {:.2f} ms".format(*report.latency_ms)
    lost = "losses unknown" if report.lost is None else f"lost {report.lost}"
    line = f"{report.fps:6.1f} fps  {report.width} x {report.height}  {latency}  {lost}  torn {reader.torn}"
    return line + (f"  refused {reader.refused}" if reader.refused else "")
