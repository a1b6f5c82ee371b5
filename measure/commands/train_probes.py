"""`omote-measure train-probes`: draws samples, trains the probes, and reports their accuracy on unseen people."""

from __future__ import annotations

import argparse
import sys
from typing import Final

import numpy as np

from measure.errors import MeasureError
from measure.probes.accuracy import probe_accuracy
from measure.probes.samples import PER_PERSON, draw_probe_samples
from studio.head.identity import identities_of
from studio.head.source_path import find_face_source
from terminal.progress import progress_bar

_HELD_OUT: Final = 24


def run(options: argparse.Namespace) -> int:
    """Draw and train; returns the exit status.

    Raises:
        MeasureError, RuntimeFailure: with a message for the user.
    """
    for name, value, low, high in (
        ("--count", options.count, 2 * PER_PERSON, 10_000_000),
        ("--minutes", options.minutes, 0.05, 10_000),
        ("--workers", options.workers, 1, 256),
    ):
        if not low <= value <= high:
            raise MeasureError(f"{name} {value:g}, expected {low:g} to {high:g}")
    try:
        from measure.probes.training import train_probes
    except ImportError as error:
        raise MeasureError(
            f"training needs torch ({error}); install it with: pip install 'omote[torch]'"
        ) from error
    from measure.probes.probes import load_probes

    source = find_face_source(options.ict)
    people = options.count // PER_PERSON
    with progress_bar((people + _HELD_OUT) * PER_PERSON, "pictures") as drawing:
        samples = draw_probe_samples(
            source,
            identities_of("train", people),
            seed=options.seed,
            style=options.style,
            workers=options.workers,
            progress=drawing,
        )
        held_out = draw_probe_samples(
            source,
            identities_of("validation", _HELD_OUT),
            seed=options.seed,
            style=options.style,
            workers=options.workers,
            progress=lambda drawn: drawing(drawn + people * PER_PERSON),
        )
    path = options.output / "probes.npz"
    with progress_bar(100, "% trained") as training:
        steps = train_probes(
            samples,
            minutes=options.minutes,
            seed=options.seed,
            path=path,
            progress=lambda step, steps, loss: training(100 * step // steps, f"loss {loss:.4f}"),
        )
    accuracy = probe_accuracy(load_probes(path), held_out)
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB, {len(samples.crops)} pictures, {steps} steps")
    print(f"on {len(np.unique(held_out.person))} unseen people: {accuracy}")
    print(f"use them with: omote-measure head,copy --probes {path} -o report/", file=sys.stderr)
    return 0
