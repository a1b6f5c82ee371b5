from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from face.errors import AvatarError
from protocol.errors import OmoteError
from runtime.backgrounds.background import COLOUR, PICTURE, Background
from runtime.backgrounds.background_maker import BackgroundMaker, BackgroundRequest, MadeBackground
from runtime.errors import SupersededError
from tests.waiting import until

OWN = np.full((8, 8, 4), 100, np.uint8)
RED = Background("#f00", COLOUR, (255, 0, 0))
MakeMaker = Callable[[Callable[[Path], np.ndarray]], BackgroundMaker]


@pytest.fixture
def make_maker() -> Iterator[MakeMaker]:
    made: list[BackgroundMaker] = []

    def make(read: Callable[[Path], np.ndarray]) -> BackgroundMaker:
        made.append(BackgroundMaker(8, read))
        return made[-1]

    yield make
    for maker in made:
        maker.close()
        maker.close()


def taken(maker: BackgroundMaker) -> MadeBackground:
    found: list[MadeBackground] = []

    def is_there() -> bool:
        made = maker.take()
        found.extend([made] if made is not None else [])
        return bool(found)

    until(is_there)
    return found[0]


def ask(maker: BackgroundMaker, background: Background) -> list[OmoteError | None]:
    answers: list[OmoteError | None] = []
    maker.request(BackgroundRequest(background, OWN, "keep", answers.append))
    return answers


def test_kinds_colours_and_pictures_are_made(make_maker: MakeMaker) -> None:
    picture = np.full((8, 8, 4), 7, np.uint8)
    maker = make_maker(lambda path: picture)
    for background, wanted in (
        (RED, np.full((8, 8, 4), (255, 0, 0, 255), np.uint8)),
        (Background("b", PICTURE, picture=Path("b.webp")), picture),
        (Background("keep", "keep"), OWN),
    ):
        answers = ask(maker, background)
        made = taken(maker)
        assert np.array_equal(made.result, wanted)  # type: ignore[arg-type]
        assert made.request.background is background
        assert answers == []  # whoever takes it answers
    ask(maker, Background("transparent", "transparent"))
    assert taken(maker).result is None


def test_the_newest_request_wins_and_the_others_are_told(make_maker: MakeMaker) -> None:
    is_reading, may_go_on = threading.Event(), threading.Event()

    def read(path: Path) -> np.ndarray:
        is_reading.set()
        assert may_go_on.wait(30)
        return OWN

    maker = make_maker(read)
    first = ask(maker, Background("a", PICTURE, picture=Path("a")))
    assert is_reading.wait(30)
    second, third = ask(maker, RED), ask(maker, Background("keep", "keep"))
    until(lambda: len(second) == 1)
    assert isinstance(second[0], SupersededError)
    may_go_on.set()
    assert taken(maker).request.background.text == "a"
    assert taken(maker).request.background.text == "keep"
    assert (first, third) == ([], [])


def test_what_cannot_be_read_is_the_result(make_maker: MakeMaker) -> None:
    def fail(path: Path) -> np.ndarray:
        raise (AvatarError if path.name == "known" else ZeroDivisionError)("cannot")

    maker = make_maker(fail)
    for name in ("known", "unknown"):
        ask(maker, Background(name, PICTURE, picture=Path(name)))
        result = taken(maker).result
        assert isinstance(result, OmoteError)
        assert "cannot" in str(result)


def test_closing_refuses_what_waits(make_maker: MakeMaker) -> None:
    maker = make_maker(lambda path: OWN)
    ask(maker, RED)
    until(lambda: maker._made is not None)
    answers = ask(maker, Background("keep", "keep"))
    maker.close()
    assert len(answers) == 1
    assert "stops" in str(answers[0])
