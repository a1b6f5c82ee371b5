"""How much each step of an upload does, counted at a real OpenGL context; what it draws is tested in test_head.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from face.avatar import load_avatar
from runtime.engines.head import HeadEngine
from runtime.engines.head_prepare import TEXTURES, prepare_head
from runtime.engines.loaded_head import BAND_BYTES, LoadedHead
from runtime.engines.prepared import PreparedAvatar

#: Textures of the largest frames: the sheet's is 2048 x 2048, which is 16 MiB.
SIZE = 1024


class Counted:
    """A context, or an object of one, that counts what is copied, made and released."""

    def __init__(self, real: Any, counts: dict[str, int]) -> None:
        self._real, self._counts = real, counts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def texture(self, size: tuple[int, int], components: int, data: Any = None) -> Any:
        self._counts["bytes"] += 0 if data is None else memoryview(data).nbytes
        self._counts["made"] += 1
        return CountedTexture(self._real.texture(size, components, data), self._counts)

    def buffer(self, data: Any) -> Any:
        self._counts["bytes"] += memoryview(data).nbytes
        self._counts["made"] += 1
        return self._real.buffer(data)

    def program(self, *sources: str) -> Any:
        self._counts["programs"] += 1
        return self._real.program(*sources)

    def framebuffer(self, attachments: list[Any]) -> Any:
        return self._real.framebuffer([getattr(one, "_real", one) for one in attachments])


class CountedTexture(Counted):
    """A texture whose writes are counted."""

    filter: Any
    repeat_x: bool
    repeat_y: bool

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            setattr(self._real, name, value)

    def write(self, data: Any, viewport: Any = None) -> None:
        self._counts["bytes"] += memoryview(data).nbytes
        self._real.write(data, viewport=viewport)

    def release(self) -> None:
        self._counts["released"] += 1
        self._real.release()


@pytest.fixture
def engine() -> Iterator[HeadEngine]:
    made = HeadEngine(SIZE)
    yield made
    made.close()


def test_no_step_copies_more_than_a_band_or_compiles_a_program(
    engine: HeadEngine, drawn_avatar: Path
) -> None:
    arrays = dict(prepare_head(load_avatar(drawn_avatar), SIZE))
    arrays["texture_sheet"] = np.zeros((2048, 2048, 4), np.uint8)
    counts = dict.fromkeys(("bytes", "made", "programs", "released"), 0)
    loaded = LoadedHead(Counted(engine.gl, counts), engine._programs, arrays)
    total = 0
    for _ in loaded.upload():
        assert counts["bytes"] <= BAND_BYTES
        total += counts["bytes"]
        counts["bytes"] = 0
    assert total >= sum(arrays[f"texture_{role}"].nbytes for role in TEXTURES)
    assert (counts["programs"], counts["made"] > len(TEXTURES)) == (0, True)
    for _ in loaded.release():
        assert counts["released"] <= 1
        counts["released"] = 0
    assert list(loaded.release()) == []


def test_bands_make_the_same_texture_as_one_copy(engine: HeadEngine, drawn_avatar: Path) -> None:
    """Random pixels, and a width whose bands do not divide the height."""
    arrays = dict(prepare_head(load_avatar(drawn_avatar), SIZE))
    pixels = np.random.default_rng(3).integers(0, 256, (777, 1001, 4), np.uint8)
    arrays["texture_sheet"] = pixels
    loaded = LoadedHead(engine.gl, engine._programs, arrays)
    assert len(list(loaded.upload())) > 0
    assert loaded.textures["sheet"].read() == pixels.tobytes()
    assert len(list(loaded.release())) > 0


def test_new_textures_are_drawn_before_they_are_shown(engine: HeadEngine, drawn_avatar: Path) -> None:
    """Drivers compile a program when it is first drawn with a kind of texture: never within a frame."""
    drawn: list[str] = []

    class Watched:
        def __init__(self, mesh: Any, name: str) -> None:
            self._array, self._name = mesh.array, name

        def render(self, vertices: int = -1) -> None:
            assert engine._head is None  # not shown yet
            drawn.append(f"{self._name} {vertices}")
            self._array.render(vertices=vertices)

    upload = LoadedHead.upload

    def watched(self: LoadedHead) -> Iterator[None]:
        yield from upload(self)
        for name in ("sheet", "back", "face", "mouth", "neck"):
            mesh = getattr(self, name)
            mesh.array = Watched(mesh, name)

    avatar = load_avatar(drawn_avatar)
    prepared = PreparedAvatar(avatar, "head", prepare_head(avatar, SIZE))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LoadedHead, "upload", watched)
        steps = len(list(engine.upload(prepared)))
    assert drawn == ["back 3", "neck 3", "sheet 3", "mouth 3", "face 3"]
    assert steps > len(drawn)
