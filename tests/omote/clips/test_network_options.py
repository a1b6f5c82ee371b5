from __future__ import annotations

import argparse
from dataclasses import replace

import pytest

from inference.providers import PROVIDERS
from omote.clips.network_options import add_network_options, neural_settings, refuse_unused
from runtime.errors import ConfigError
from runtime.inference.settings import NeuralSettings


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_network_options(parser)
    return parser.parse_args(arguments)


def settings(*arguments: str) -> NeuralSettings:
    return neural_settings(parsed(*arguments))


def test_without_options_the_settings_are_the_runtimes_but_nothing_is_left_to_the_speed_of_the_moment() -> (
    None
):
    assert settings() == replace(NeuralSettings(), providers=tuple(PROVIDERS))


def test_options_are_taken() -> None:
    got = settings("--model", "m", "--steps", "20", "--guidance", "2.5", "--guidance-schedule", "progressive")
    assert (got.model, got.steps, got.guidance, got.guidance_schedule) == ("m", 20, 2.5, "progressive")


@pytest.mark.parametrize(
    ("option", "value"), [("--steps", "-1"), ("--steps", "101"), ("--guidance", "0.5"), ("--guidance", "nan")]
)
def test_numbers_out_of_range_are_refused(option: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"{option} .*expected"):
        settings(option, value)


def test_progressive_guidance_needs_a_step_that_sees_the_expression() -> None:
    with pytest.raises(ConfigError, match="--steps 1, expected 2 at least"):
        settings("--steps", "1", "--guidance-schedule", "progressive")


@pytest.mark.parametrize(
    ("engine", "option", "value"),
    [
        ("head", "--model", "m"),
        ("head", "--steps", "4"),
        ("head", "--guidance", "2"),
        ("null", "--guidance-schedule", "progressive"),
    ],
)
def test_options_that_the_engine_does_not_read_are_refused(engine: str, option: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"{option} is not used by the {engine} engine"):
        refuse_unused(parsed(option, value), engine)
    refuse_unused(parsed(option, value), "diffusion")
    refuse_unused(parsed(), engine)
