"""`omote-train export`: writes a trained network as the model folder that runtime or bridge read."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from training.commands.limits import check_limits
from training.model_folder_writer import ModelCard

_LIMITS: Final = {"hours": (0.0, 1e6)}
#: Network -> the data that it learns from, in words, and what to do with it next.
NETWORKS: Final = {
    "retouch": (
        "portraits and moments of the studio's training people (omote-train pairs)",
        "omote-measure head,retouch --model {folder} -o report/",
    ),
    "parsing": (
        "portraits of the studio's training people, dressed and degraded at random (omote-train portraits)",
        "copy {folder} to authoring/networks/parsing, then: omote avatar make me.jpg",
    ),
    "emotion": (
        "takes of synthetic movers, made of the studio's motion (omote-train emotion)",
        "copy {folder} to runtime/networks/emotion, then: omote render --emotion-filter learned",
    ),
    "voice": (
        "speech of espeak-ng, flite and festival with the truth of the mouth (omote-train speech)",
        "copy {folder} to bridge/networks/voice, then: omote-measure voice --data unseen-speech/",
    ),
    "diffusion": (
        "portraits and moments of the studio's training people (omote-train pairs)",
        "omote run --engine diffusion --model {folder}",
    ),
    "personal": (
        "heads of the studio's people with living skin (omote-train personal)",
        "copy {folder} to runtime/networks/personal, then write personal = 1.0 into an avatar.toml",
    ),
    "finder": (
        "pictures of the studio's training people, laid over anything (omote-train faces)",
        "copy {folder} to bridge/networks/finder, then: omote-bridge webcam --tracker omote",
    ),
    "tracker": (
        "pictures of the studio's training people (omote-train faces)",
        "omote-measure tracker --model {folder} -o report/",
    ),
}


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "export",
        help="write a trained network for use",
        description="Writes the weights of a run as ONNX files with a model card. Needs torch and onnx.",
        epilog="example: omote-train export retouch runs/retouch -o models/retouch",
    )
    parser.add_argument("network", choices=tuple(NETWORKS), help="which network")
    parser.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    parser.add_argument(
        "--regions", type=Path, metavar="RUN", help="run of omote-train regions over it (default: without)"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FOLDER",
        help="the model folder (default: model in the run's folder)",
    )
    parser.add_argument(
        "--trained-on",
        metavar="TEXT",
        help="the data, in words, for the model card (default: the studio's training people)",
    )
    parser.add_argument(
        "--hours",
        type=float,
        metavar="H",
        help="of training, for the model card (default: what the log says)",
    )
    parser.add_argument(
        "--trial",
        action="store_true",
        help="mark it as a trial: it is used only where it is asked for",
    )
    parser.add_argument(
        "--without-paint",
        action="store_true",
        help="retouch only bends, sharpens and relights: what it paints on hair that it never saw are smears",
    )


def run(options: argparse.Namespace) -> int:
    """Export; returns the exit status.

    Raises:
        TrainingError: the run has no weights, or they are of another network.
    """
    import torch  # noqa: F401  (that it is missing is said first)

    from training.run_log import LOG, read_log

    if options.hours is None:
        runs = [run for run in (options.run, options.regions) if run is not None]
        options.hours = sum(read_log(run / LOG)[-1]["minutes"] for run in runs) / 60
    check_limits(options, _LIMITS)
    trained_on, follow = NETWORKS[options.network]
    folder = options.output or options.run / "model"
    card = ModelCard(options.trained_on or trained_on, options.hours, options.trial)
    if options.network == "tracker":
        _export_tracker(options.run, folder, card)
    elif options.network == "finder":
        _export_finder(options.run, folder, card)
    elif options.network == "voice":
        _export_voice(options.run, folder, card)
    elif options.network == "parsing":
        _export_parsing(options.run, folder, card)
    elif options.network == "diffusion":
        _export_diffusion(options.run, folder, card)
    elif options.network == "emotion":
        _export_emotion(options.run, folder, card)
    elif options.network == "personal":
        _export_personal(options.run, folder, card)
    else:
        _export_retouch(options.run, options.regions, folder, card, has_paint=not options.without_paint)
    print(f"{folder}: {sum(file.stat().st_size for file in folder.iterdir()) / 1e6:.1f} MB")
    print(f"next: {follow.format(folder=folder)}", file=sys.stderr)
    return 0


def _export_retouch(
    run: Path, regions: Path | None, folder: Path, card: ModelCard, *, has_paint: bool
) -> None:
    from training.loop import WEIGHTS
    from training.retouch.export import export_retouch
    from training.retouch.trained import trained_form, trained_regions

    export_retouch(
        trained_form(run / WEIGHTS),
        folder,
        regions=None if regions is None else trained_regions(regions / WEIGHTS),
        trained_on=card.trained_on,
        hours=card.hours,
        is_trial=card.is_trial,
        has_paint=has_paint,
    )


def _export_tracker(run: Path, folder: Path, card: ModelCard) -> None:
    from networks.tracker import TrackerNet
    from training.loop import WEIGHTS
    from training.retouch.trained import with_weights
    from training.tracker.export import export_tracker

    export_tracker(with_weights(TrackerNet(), run / WEIGHTS, "omote-train tracker"), folder, card)


def _export_finder(run: Path, folder: Path, card: ModelCard) -> None:
    from networks.finder import FinderNet
    from training.finder.export import export_finder
    from training.loop import WEIGHTS
    from training.retouch.trained import with_weights

    export_finder(with_weights(FinderNet(), run / WEIGHTS, "omote-train finder"), folder, card)


def _export_diffusion(run: Path, folder: Path, card: ModelCard) -> None:
    from training.diffusion.export import export_diffusion
    from training.diffusion.trained import trained_dit

    trained = trained_dit(run)
    export_diffusion(trained.net, trained.recipe.flow, folder, card)


def _export_personal(run: Path, folder: Path, card: ModelCard) -> None:
    from networks.personal import PersonalSkinNet
    from training.loop import WEIGHTS
    from training.personal.export import export_personal
    from training.retouch.trained import with_weights

    export_personal(with_weights(PersonalSkinNet(), run / WEIGHTS, "omote-train personal"), folder, card)


def _export_emotion(run: Path, folder: Path, card: ModelCard) -> None:
    from training.emotion.export import export_emotion
    from training.emotion.trained import read_run

    export_emotion(read_run(run), folder, card)


def _export_parsing(run: Path, folder: Path, card: ModelCard) -> None:
    from networks.parsing import ParsingNet
    from training.loop import WEIGHTS
    from training.parsing.export import export_parsing
    from training.retouch.trained import with_weights

    export_parsing(with_weights(ParsingNet(), run / WEIGHTS, "omote-train parsing"), folder, card)


def _export_voice(run: Path, folder: Path, card: ModelCard) -> None:
    from networks.voice import VoiceNet
    from training.loop import WEIGHTS
    from training.retouch.trained import with_weights
    from training.voice.export import export_voice

    export_voice(with_weights(VoiceNet(), run / WEIGHTS, "omote-train voice"), folder, card)
