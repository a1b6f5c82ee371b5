"""Labelled pictures per second that the studio draws, all labels and files included.

Good: 40 a second of 256 x 256 and 20 of 512 x 512, on 2 cores with Mesa's software driver.

    python -m benchmarks.studio --ict ict_facekit.npz
    python -m benchmarks.studio --style clay --workers 4
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from studio.data.dataset import render_dataset
from studio.data.recipe import Recipe
from studio.data.stream import StudioStream
from studio.factors import STYLES
from studio.head.source_path import find_face_source


def streamed(recipe: Recipe, source: Path, workers: int, pictures: int) -> float:
    """Pictures per second from a warm stream, to a reader that discards them."""
    batch = 8
    with StudioStream(recipe, source=source, batch=batch, workers=workers) as stream:
        for _ in range(2 * workers):
            stream.take()
        begin_s = time.perf_counter()
        for _ in range(max(pictures // batch, 1)):
            stream.take()
        return max(pictures // batch, 1) * batch / (time.perf_counter() - begin_s)


def written(recipe: Recipe, source: Path, workers: int) -> tuple[float, float]:
    """Pictures per second onto disk while all workers are running, and kB per picture."""
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        render_dataset(
            recipe,
            source,
            Path(folder) / "data",
            workers=workers,
            progress=lambda _: times.append(time.perf_counter()),
        )
        size = sum(path.stat().st_size for path in (Path(folder) / "data").glob("*.tar"))
    first, last = len(times) // 3, len(times) * 9 // 10
    return (last - first) / (times[last] - times[first]), size / recipe.count / 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--ict", type=Path, metavar="FILE", help="ICT-FaceKit's arrays (default: the usual places)"
    )
    parser.add_argument("--style", choices=STYLES, help="only this one (default: all)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--pictures", type=int, default=240, metavar="N", help="per measurement")
    options = parser.parse_args()
    source = find_face_source(options.ict)
    results = []
    print(f"{options.workers} workers\n{'style':>8} {'size':>5} {'stream/s':>9} {'disk/s':>8} {'kB each':>8}")
    for style in [options.style] if options.style else STYLES:
        for size in (256, 512):
            recipe = Recipe(count=options.pictures, size=size, style=style)
            stream = streamed(recipe, source, options.workers, options.pictures)
            disk, kilobytes = written(recipe, source, options.workers)
            print(f"{style:>8} {size:>5} {stream:>9.1f} {disk:>8.1f} {kilobytes:>8.0f}", flush=True)
            results.append({"style": style, "size": size, "stream": stream, "disk": disk, "kB": kilobytes})
    print(json.dumps({"workers": options.workers, "pictures_per_s": results}))


if __name__ == "__main__":
    main()
