"""The options of `omote render` for engines that run a network.

add_network_options(parser)
settings = neural_settings(parser.parse_args())
refuse_unused(options, "head")
"""

from __future__ import annotations

import argparse
from typing import Final, get_args, get_type_hints

from inference.providers import PROVIDERS
from runtime.config import RANGES
from runtime.errors import ConfigError
from runtime.inference.guidance_schedule import least_steps
from runtime.inference.settings import NeuralSettings

#: Option -> engines that read it.
_USED_BY: Final = {
    "model": ("retouch", "diffusion"),
    "steps": ("diffusion", "retouch"),
    "guidance": ("diffusion",),
    "guidance_schedule": ("diffusion",),
}
_SCHEDULES: Final = get_args(get_type_hints(NeuralSettings)["guidance_schedule"])


def add_network_options(parser: argparse.ArgumentParser) -> None:
    """Add `--model --steps --guidance --guidance-schedule`."""
    defaults = NeuralSettings()
    parser.add_argument(
        "--model",
        default=defaults.model,
        metavar="FOLDER",
        help="another network for the retouch engine, or one for diffusion",
    )
    parser.add_argument(
        "--steps",
        type=int,
        default=defaults.steps,
        metavar="N",
        help="steps of the diffusion or the retouch engine for a picture (default: 2, and 1)",
    )
    parser.add_argument(
        "--guidance",
        type=float,
        default=defaults.guidance,
        metavar="WEIGHT",
        help="how far the diffusion engine moves away from what it draws without its conditions (default %(default)g: not "
        "at all)",
    )
    parser.add_argument(
        "--guidance-schedule",
        choices=_SCHEDULES,
        default=defaults.guidance_schedule,
        help="constant: through all steps; progressive: the expression comes after the pose (default %(default)s)",
    )


def neural_settings(options: argparse.Namespace) -> NeuralSettings:
    """What they say.

    Raises:
        ConfigError: a number is out of range.
    """
    for name in ("steps", "guidance"):
        low, high = RANGES[f"neural.{name}"]
        value = getattr(options, name)
        if not low <= value <= high:  # false for NaN
            raise ConfigError(f"--{name} {value:g}, expected {low:g} to {high:g}")
    least = least_steps(options.guidance_schedule)
    if 0 < options.steps < least:
        raise ConfigError(
            f"--steps {options.steps}, expected {least} at least, or 0: with --guidance-schedule "
            f"{options.guidance_schedule} the expression comes after the first"
        )
    return NeuralSettings(
        # by name, and not "auto", which takes the fastest of the moment: a clip is the same every time
        providers=tuple(PROVIDERS),
        model=options.model,
        steps=options.steps,
        guidance=options.guidance,
        guidance_schedule=options.guidance_schedule,
    )


def refuse_unused(options: argparse.Namespace, engine: str) -> None:
    """Refuse options that the engine does not read.

    Raises:
        ConfigError: one is given.
    """
    for name, engines in _USED_BY.items():
        if engine not in engines and getattr(options, name) != getattr(NeuralSettings(), name):
            choices = " or ".join(f"--engine {one}" for one in engines)
            raise ConfigError(
                f"--{name.replace('_', '-')} is not used by the {engine} engine; leave it out, or choose {choices}"
            )
