from __future__ import annotations

import argparse
from dataclasses import replace

import pytest

from inference.providers import PROVIDERS
from omote.clips.network_options import add_network_options, neural_settings
from runtime.errors import ConfigError
from runtime.inference.settings import NeuralSettings


def settings(*arguments: str) -> NeuralSettings:
    parser = argparse.ArgumentParser()
    add_network_options(parser)
    return neural_settings(parser.parse_args(arguments))


def test_without_options_the_settings_are_the_runtimes_but_nothing_is_left_to_the_speed_of_the_moment() -> (
    None
):
    assert settings() == replace(NeuralSettings(), providers=tuple(PROVIDERS))


def test_options_are_taken() -> None:
    got = settings("--model", "m", "--steps", "20", "--guidance", "2.5", "--guidance-schedule", "progressive")
    assert (got.model, got.steps, got.guidance, got.guidance_schedule) == ("m", 20, 2.5, "progressive")


@pytest.mark.parametrize(
    ("option", "value"), [("--steps", "0"), ("--steps", "101"), ("--guidance", "0.5"), ("--guidance", "nan")]
)
def test_numbers_out_of_range_are_refused(option: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"{option} .*expected"):
        settings(option, value)
