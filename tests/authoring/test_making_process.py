"""The program that makes avatars for the panel, spoken to as the runtime does: real photos, real process."""

from __future__ import annotations

import io
import os
import queue
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("mediapipe")

from face.avatar import load_avatar
from runtime.avatars.making_client import MakingClient
from runtime.avatars.making_messages import (
    AVATAR,
    PHOTO,
    PICTURE,
    TURNING,
    LookTask,
    Made,
    MakeTask,
    MakingAnswer,
    MakingRefused,
    MakingTask,
    Seen,
    Step,
)
from tests.waiting import until

PROGRAM = (sys.executable, "-m", "authoring.making_process")
Ask = Callable[[MakingTask], list[MakingAnswer]]


@pytest.fixture(scope="module")
def portraits(shared: Path) -> Path:
    return shared / "media" / "portraits"


@pytest.fixture(scope="module")
def answers() -> queue.Queue[MakingAnswer]:
    return queue.Queue()


@pytest.fixture(scope="module")
def client(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, answers: queue.Queue[MakingAnswer]
) -> Iterator[MakingClient]:
    """One program for all tests: it takes any number of photos."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMOTE_FACE_LANDMARKER", str(shared / "models" / "face_landmarker.task"))
        made = MakingClient(PROGRAM, tmp_path_factory.mktemp("making"), answers.put)
        yield made
        made.close()
        until(lambda: not made.folder.exists())


@pytest.fixture
def ask(client: MakingClient, answers: queue.Queue[MakingAnswer]) -> Ask:
    """All answers to a task; the last one is no step."""

    def asked(task: MakingTask) -> list[MakingAnswer]:
        client.ask(task)
        heard = [answers.get(timeout=180)]
        while isinstance(heard[-1], Step):
            heard.append(answers.get(timeout=180))
        return heard

    return asked


def put(client: MakingClient, *pictures: np.ndarray) -> None:
    Image.fromarray(np.hstack(pictures)).save(client.folder / PHOTO, "PNG")


def test_a_photo_of_two_becomes_the_avatar_of_the_chosen_one(
    client: MakingClient, ask: Ask, portraits: Path
) -> None:
    pictures = []
    for name in ("s4", "s5"):
        with Image.open(portraits / f"{name}.jpg") as picture:
            pictures.append(np.asarray(picture.resize((720, 720))))
    put(client, *pictures)
    seen = ask(LookTask())[-1]
    assert isinstance(seen, Seen)
    assert (seen.width, seen.height, len(seen.faces)) == (1440, 720, 2)
    left, right = seen.faces
    assert left.box[2] < 0.5 < right.box[0]  # shares of the width
    assert right.box == pytest.approx((0.696, 0.133, 0.794, 0.237), abs=0.02)  # the girl's face, by eye
    for face in seen.faces:
        cut_left, cut_top, side = face.cut
        assert cut_left <= face.box[0] < face.box[2] <= cut_left + side
        assert cut_top <= face.box[1] < face.box[3] <= cut_top + side
        assert face.sides[0] < side < face.sides[1]
    with Image.open(client.folder / PICTURE) as picture:
        assert picture.size == (1280, 640)

    steps = ask(MakeTask(face=2, background="plate"))
    made = steps.pop()
    assert isinstance(made, Made)
    numbers = [(step.number, step.of) for step in steps if isinstance(step, Step)]
    assert numbers == [(n, len(steps)) for n in range(1, len(steps) + 1)]
    assert load_avatar(client.folder / AVATAR).background == "plate"
    with Image.open(client.folder / TURNING) as turning:
        assert turning.format == "WEBP"

    [refused] = ask(MakeTask(face=2, cut=(0.0, 0.0, 0.3)))[
        -1:
    ]  # another crop of the same photo, without the face
    assert refused == MakingRefused("the crop must hold the whole face; move or enlarge it")
    assert isinstance(ask(LookTask())[-1], Seen)  # the program goes on


def png(width: int, height: int) -> bytes:
    """A PNG file whose header promises a size, and whose pixels are cut off."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))[:-8])


def white(side: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "white").save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"GIF89a", "the photo is not a picture that can be read"),
        (b"%!PS-Adobe-3.0\n%%EOF", "the photo is not a picture that can be read"),
        (bytes(range(256)) * 20, "the photo is not a picture that can be read"),
        (png(50_000, 50_000), "megapixels"),
        (png(800, 800), "the photo is damaged or cut short"),
        (white(60), "at least 96 pixels"),
        (white(400), "no face found"),
    ],
    ids=["cut", "postscript", "noise", "bomb", "damaged", "small", "empty"],
)
def test_what_cannot_be_used_is_refused_and_the_program_goes_on(
    client: MakingClient, ask: Ask, content: bytes, words: str
) -> None:
    pid = client.pid
    (client.folder / PHOTO).write_bytes(content)
    refused = ask(LookTask())[-1]
    assert isinstance(refused, MakingRefused)
    assert words in refused.message
    assert str(client.folder) not in refused.message  # nobody needs to read where it lies
    assert client.pid == pid


@pytest.mark.skipif(os.name == "nt", reason="named pipes")
def test_a_pipe_in_the_photos_place_blocks_nothing(client: MakingClient, ask: Ask) -> None:
    (client.folder / PHOTO).unlink(missing_ok=True)
    os.mkfifo(client.folder / PHOTO)
    try:
        refused = ask(LookTask())[-1]
    finally:
        (client.folder / PHOTO).unlink()
    assert isinstance(refused, MakingRefused)
