from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from studio.commands.options import (
    add_recipe_options,
    checked_output,
    device_list,
    recipe_from,
)
from studio.data.recipe import Recipe
from studio.errors import StudioError


def parsed(text: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_recipe_options(parser)
    return parser.parse_args(text.split())


def test_without_options_the_recipe_has_its_defaults() -> None:
    assert recipe_from(parsed(""), 5) == Recipe(count=5)


def test_every_option_reaches_its_field() -> None:
    text = "--size 512 --seed 3 --style anime --split test --identities 7 --sequence 4 --fps 30 --cameras 2 --view sweep"
    assert recipe_from(parsed(text), 1) == Recipe(
        count=1, size=512, seed=3, style="anime", split="test", identities=7, frames=4, fps=30.0, cameras=2,
        viewing="sweep",
    )  # fmt: skip


def test_a_recipe_that_cannot_be_drawn_is_an_error() -> None:
    with pytest.raises(StudioError, match="size is 7"):
        recipe_from(parsed("--size 7"), 1)


@pytest.mark.parametrize(("text", "devices"), [("0", (0,)), ("0,1", (0, 1)), ("2,0,2", (2, 0, 2))])
def test_devices_are_a_list_of_numbers(text: str, devices: tuple[int, ...]) -> None:
    assert device_list(text) == devices


@pytest.mark.parametrize("text", ["", "a", "0,", "-1", "0,-2", "1.5"])
def test_other_devices_are_an_error(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected numbers from 0 on"):
        device_list(text)


def test_an_output_needs_its_folder(tmp_path: Path) -> None:
    assert checked_output(tmp_path / "sheet.png") == tmp_path / "sheet.png"
    with pytest.raises(StudioError, match=r"no folder .*none"):
        checked_output(tmp_path / "none" / "sheet.png")
