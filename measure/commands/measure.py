"""`omote-measure METHOD`: runs the protocols and writes the report."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from measure.errors import MeasureError
from measure.evaluation import evaluate
from measure.methods.method import make_method, models_of
from measure.probes.probes import SHIPPED, Probes, load_probes
from measure.protocols import Plan
from measure.report import About, text_table, write_report
from protocol.file_names import check_new_folder
from studio.head.identity import identities_of
from studio.head.source import read_face_source
from studio.head.source_path import find_face_source
from studio.renderer import Studio
from terminal.progress import progress_bar

_LIMITS: Final = {"count": (1, 10_000), "frames": (2, 1000), "size": (64, 1024), "seed": (0, 2**31)}


def run(options: argparse.Namespace) -> int:
    """Measure; returns the exit status.

    Raises:
        MeasureError, BridgeError, RuntimeFailure: with a message for the user.
    """
    for name, (low, high) in _LIMITS.items():
        if not low <= getattr(options, name) <= high:
            raise MeasureError(f"--{name} {getattr(options, name)}, expected {low} to {high}")
    check_new_folder(options.output)
    source = read_face_source(find_face_source(options.ict))
    probes, description = _probes(options.probes)
    plan = Plan(frames=options.frames, seed=options.seed, style=options.style)
    people = identities_of("test", options.count)
    with ExitStack() as stack:
        methods = [
            stack.enter_context(
                make_method(
                    name,
                    size=options.size,
                    face_landmarker=options.face_landmarker,
                    model=model,
                )
            )
            for name, model in models_of(options.methods, options.model).items()
        ]
        studio = stack.enter_context(Studio(source))
        bar = stack.enter_context(progress_bar(len(people), "people"))
        evaluation = evaluate(
            studio,
            methods,
            plan,
            people,
            protocols=options.protocol,
            size=options.size,
            probes=probes,
            progress=bar,
        )
    about = About(
        methods=options.methods,
        protocols=options.protocol,
        identities=tuple(people),
        size=options.size,
        seed=options.seed,
        style=options.style,
        probes=description,
    )
    table = write_report(evaluation, about, options.output)
    print(text_table(table))
    for method, identity, why in evaluation.failed:
        print(f"omote-measure: {method} refused the portrait of identity {identity}: {why}", file=sys.stderr)
    print(f"look at {options.output / 'report.html'}", file=sys.stderr)
    return 0


def _probes(named: str | None) -> tuple[Probes | None, str]:
    """The probes, and their description in the report.

    Raises:
        MeasureError: the probes that the user named cannot be loaded.
    """
    if named == "none":
        return None, "none, as requested"
    if named is not None:
        return load_probes(Path(named)), "trained on the studio's labels"
    try:
        return load_probes(SHIPPED), "trained on the studio's labels"
    except MeasureError as error:
        # default probes are optional
        print(f"omote-measure: pictures only: {error}", file=sys.stderr)
        return None, "none: they need torch (pip install 'omote[torch]')"
