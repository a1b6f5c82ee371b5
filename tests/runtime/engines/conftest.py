"""The head engine and what it draws, for the tests of its pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from face.avatar import load_avatar
from runtime.engines.head import HeadEngine
from tests.motions import motion
from tests.runtime.engines.head_pictures import BLUE_IRISES, EYES, SIZE, Picture, painted


@pytest.fixture(scope="module")
def engine() -> Iterator[HeadEngine]:
    made = HeadEngine(SIZE)
    yield made
    made.close()


@pytest.fixture(scope="module")
def green_eyes(drawn_avatar: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drawn avatar with pure green eyeballs and pure blue irises."""
    return painted(drawn_avatar, tmp_path_factory.mktemp("green") / "avatar", EYES | BLUE_IRISES)


@pytest.fixture(scope="module")
def transparent(drawn_avatar: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drawn avatar without a background."""
    return painted(drawn_avatar, tmp_path_factory.mktemp("clear") / "avatar", {}, "transparent")


@pytest.fixture
def drawn(engine: HeadEngine) -> Callable[..., Picture]:
    """drawn(folder, **motion) -> a copy of the picture; an avatar that is worn already is not loaded again."""
    worn: list[Path] = []

    def draw(folder: Path, **values: float) -> Picture:
        if worn != [folder]:
            engine.set_avatar(load_avatar(folder))
            worn[:] = [folder]
        return engine.render(motion(**values), 0.0).copy()

    return draw
