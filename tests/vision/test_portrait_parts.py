from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from vision.portrait_parts import INPUT_PLANES, INPUT_PX, PORTRAIT_PART, PORTRAIT_PARTS

CARD = Path(__file__).resolve().parents[2] / "authoring" / "networks" / "parsing" / "model.toml"


def test_the_background_comes_first_and_every_part_has_its_own_number() -> None:
    assert PORTRAIT_PARTS[0] == "background"
    assert [PORTRAIT_PART[name] for name in PORTRAIT_PARTS] == list(range(8))


@pytest.mark.skipif(not CARD.is_file(), reason="no parsing network comes with this version")
def test_the_network_that_comes_along_was_made_for_these_parts() -> None:
    card = tomllib.loads(CARD.read_text("utf-8"))
    assert (card["input_px"], card["planes"], card["parts"]) == (INPUT_PX, INPUT_PLANES, len(PORTRAIT_PARTS))
