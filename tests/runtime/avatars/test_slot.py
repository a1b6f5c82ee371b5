"""AvatarSlot: loading avatars, and errors that leave the old one loaded."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from face.errors import AvatarError
from face.motion import Motion
from protocol.blendshapes import BLENDSHAPES
from protocol.channels import CHANNEL_INDEX
from protocol.errors import OmoteError
from runtime.avatars.builtin import FOLDER, builtin_avatars
from runtime.avatars.shelf import Shelf
from runtime.avatars.slot import AvatarSlot
from runtime.backgrounds.background import COLOUR, PICTURE, Background
from runtime.engines import AUTO, make_engine
from runtime.engines.engine import RendererEngine
from runtime.engines.retouch import RetouchEngine
from runtime.errors import RenderError
from runtime.inference.settings import NeuralSettings
from tests.networks.retouch_models import write_random_model
from tests.waiting import until


@pytest.fixture
def make_slot() -> Iterator[Callable[..., AvatarSlot]]:
    """make_slot(...) -> a slot that is closed at the end."""
    made: list[AvatarSlot] = []

    def make(**settings: Any) -> AvatarSlot:
        made.append(AvatarSlot(size=128, **settings))
        return made[-1]

    yield make
    for slot in made:
        slot.close()
        slot.close()


def avatar_folder(folder: Path, name: str, background: str = "keep") -> Path:
    folder.mkdir()
    manifest = f'format = 1\nname = "{name}"\nengine = "null"\nbackground = "{background}"\n'
    (folder / "avatar.toml").write_text(manifest, encoding="utf-8")
    return folder


def test_an_avatar_is_drawn_by_its_engine(make_slot: Callable[..., AvatarSlot], tmp_path: Path) -> None:
    slot = make_slot()
    slot.load(avatar_folder(tmp_path / "me", "Me"))
    assert (slot.avatar.name, slot.engine.name) == ("Me", "null")


def test_a_broken_avatar_leaves_the_old_one_loaded(
    make_slot: Callable[..., AvatarSlot], tmp_path: Path
) -> None:
    slot = make_slot()
    slot.load(avatar_folder(tmp_path / "me", "Me"))
    engine = slot.engine
    with pytest.raises(AvatarError, match="is not an avatar"):
        slot.load(tmp_path / "nobody")
    assert slot.avatar.name == "Me"
    slot.load(avatar_folder(tmp_path / "you", "You"))
    assert slot.avatar.name == "You"
    assert slot.engine is engine  # the same kind is kept


def behind(slot: AvatarSlot, now_s: float) -> list[int]:
    """What the frame's upper left corner shows, RGBA."""
    pixel: list[int] = slot.engine.render(Motion.neutral(), now_s)[1, 1].tolist()
    return pixel


def changed(slot: AvatarSlot, background: Background) -> None:
    answers: list[OmoteError | None] = []
    slot.request_background(background, answers.append)

    def is_answered() -> bool:
        slot.step()
        return bool(answers)

    until(is_answered)
    assert answers == [None]


def test_the_background_of_a_running_avatar_fades_and_stays_behind_the_next(
    make_slot: Callable[..., AvatarSlot], tmp_path: Path
) -> None:
    slot = make_slot(engine="head")
    slot.load(FOLDER / "kofi")
    own = behind(slot, 0.0)
    face = slot.engine.render(Motion.neutral(), 0.0)[64, 64].tolist()
    changed(slot, Background("#ff0000", COLOUR, (255, 0, 0)))
    assert behind(slot, 1.0) == own  # a fade begins with the first frame after it
    half = behind(slot, 1.15)
    assert own[0] < half[0] < 255
    assert own[1] > half[1] > 0
    assert behind(slot, 2.0) == [255, 0, 0, 255]
    assert slot.engine.render(Motion.neutral(), 2.0)[64, 64].tolist() == face

    # a picture, which another process reads, stays behind the next avatar
    Image.new("RGB", (40, 40), (10, 200, 30)).save(tmp_path / "p.png")
    changed(slot, Background("p", PICTURE, picture=tmp_path / "p.png"))
    behind(slot, 3.0)
    assert behind(slot, 4.0) == [10, 200, 30, 255]
    answers: list[OmoteError | None] = []
    slot.request_background(Background("q", PICTURE, picture=tmp_path / "gone.png"), answers.append)
    until(lambda: (slot.step(), bool(answers))[1])
    assert isinstance(answers[0], AvatarError)
    assert (slot.background.text, behind(slot, 5.0)) == ("p", [10, 200, 30, 255])
    assert answered(slot, str(FOLDER / "ines")) == [None]
    assert behind(slot, 6.0) == [10, 200, 30, 255]
    shown = slot._own_plate
    assert shown is not None
    changed(slot, Background("keep", "keep"))
    behind(slot, 7.0)
    assert behind(slot, 8.0) == shown[1, 1].tolist()

    # one that is chosen while an avatar loads is shown in the end
    answers.clear()
    slot.request(str(FOLDER / "kofi"), answers.append)
    slot.request_background(Background("transparent", "transparent"), answers.append)
    now_s = 8.0

    def is_done() -> bool:
        nonlocal now_s
        slot.step()
        now_s += 1.0
        return len(answers) == 2 and slot.worn == "kofi" and behind(slot, now_s)[3] == 0

    until(is_done)
    assert answers == [None, None]


def test_an_avatar_that_was_cut_out_says_that_nothing_can_be_behind_it(
    make_slot: Callable[..., AvatarSlot], tmp_path: Path
) -> None:
    cut = shutil.copytree(FOLDER / "kofi", tmp_path / "cut")
    manifest = (cut / "avatar.toml").read_text("utf-8")
    (cut / "avatar.toml").write_text(manifest.replace('"plate"', '"transparent"'), "utf-8")
    slot = make_slot(engine="head", background=Background("blur", "blur"))
    slot.load(cut)
    assert behind(slot, 0.0)[3] == 0
    assert any("made without a background" in note for note in slot.notes())
    assert [slot.can_show(Background(kind, kind)) for kind in ("keep", "blur", "plate", "", "transparent")] == [
        False, False, False, True, True,
    ]  # fmt: skip
    changed(slot, Background("#fff", COLOUR, (255, 255, 255)))
    assert slot.notes() == []


def test_the_null_engine_needs_no_avatar(make_slot: Callable[..., AvatarSlot]) -> None:
    slot = make_slot(engine="null")
    slot.load(None)
    assert slot.avatar.name == "numbers"


def answered(slot: AvatarSlot, text: str) -> list[OmoteError | None]:
    """Ask, and step as the loop does until there is an answer."""
    answers: list[OmoteError | None] = []
    slot.request(text, answers.append)

    def is_answered() -> bool:
        slot.step()
        return bool(answers)

    until(is_answered)
    return answers


def test_a_requested_avatar_is_worn_between_two_steps(
    make_slot: Callable[..., AvatarSlot], tmp_path: Path
) -> None:
    slot = make_slot()
    slot.load(avatar_folder(tmp_path / "me", "Me"))
    slot.step()  # nothing to do
    assert answered(slot, str(avatar_folder(tmp_path / "you", "You"))) == [None]
    assert (slot.avatar.name, slot.worn) == ("You", "you")
    (failure,) = answered(slot, str(tmp_path / "nobody"))
    assert "is not an avatar" in str(failure)
    assert (slot.avatar.name, slot.worn) == ("You", "you")


def test_a_change_of_the_engine_starts_none_between_two_frames(
    make_slot: Callable[..., AvatarSlot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A graphics driver starts in 100 ms; so every engine is made before the first frame."""
    slot = make_slot()
    slot.load(avatar_folder(tmp_path / "me", "Me"))
    slot.start_engines()
    monkeypatch.delattr("runtime.avatars.slot.make_engine")
    assert answered(slot, "kofi") == [None]
    assert slot.engine.name == "head"


def test_where_one_engine_is_chosen_no_other_is_made(
    make_slot: Callable[..., AvatarSlot], monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = make_slot(engine="null")
    slot.load(None)
    monkeypatch.delattr("runtime.avatars.slot.make_engine")
    slot.start_engines()


def test_an_engine_that_cannot_work_here_is_named_when_an_avatar_asks_for_it(
    make_slot: Callable[..., AvatarSlot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make_null_only(name: str, size: int, *_: object, **__: object) -> RendererEngine:
        if name != "null":
            raise RenderError("no OpenGL 3.3 context")
        return make_engine(name, size)

    monkeypatch.setattr("runtime.avatars.slot.make_engine", make_null_only)
    slot = make_slot()
    slot.load(avatar_folder(tmp_path / "me", "Me"))
    slot.start_engines()
    (failure,) = answered(slot, "kofi")
    assert "no OpenGL 3.3 context" in str(failure)
    assert slot.avatar.name == "Me"


def test_a_fault_of_an_engine_leaves_the_old_avatar(
    make_slot: Callable[..., AvatarSlot],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The fault is made by hand, because a known one would be mended."""
    slot = make_slot()
    slot.load(avatar_folder(tmp_path / "me", "Me"))

    def fault(prepared: object) -> Iterator[None]:
        yield
        raise ZeroDivisionError("odd triangles")

    monkeypatch.setattr(slot.engine, "upload", fault)
    (failure,) = answered(slot, str(avatar_folder(tmp_path / "you", "You")))
    assert "ZeroDivisionError: odd triangles" in str(failure)
    assert "could not be uploaded" in caplog.text
    assert slot.avatar.name == "Me"


def test_closing_answers_what_is_being_uploaded(make_slot: Callable[..., AvatarSlot], tmp_path: Path) -> None:
    slot = make_slot()
    slot.load(None)
    answers: list[OmoteError | None] = []
    slot.request("kofi", answers.append)

    def has_begun() -> bool:
        slot.step()
        return slot._upload is not None

    until(has_begun)
    slot.close()
    (failure,) = answers
    assert "the runtime stops" in str(failure)


def test_a_name_is_looked_up_on_the_given_shelf(make_slot: Callable[..., AvatarSlot], tmp_path: Path) -> None:
    slot = make_slot()
    slot.load(avatar_folder(tmp_path / "me", "Me"))
    (tmp_path / "shelf").mkdir()
    avatar_folder(tmp_path / "shelf" / "zoe", "Zoë")
    answers: list[OmoteError | None] = []
    slot.request("zoe", answers.append, Shelf(local=tmp_path / "shelf"))

    def is_answered() -> bool:
        slot.step()
        return bool(answers)

    until(is_answered)
    assert (answers, slot.avatar.name) == ([None], "Zoë")


def test_auto_retouches_avatars_of_the_head_engine_and_leaves_others(
    make_slot: Callable[..., AvatarSlot], tmp_path: Path
) -> None:
    for package in ("torch", "onnx", "onnxruntime"):
        pytest.importorskip(package, reason="pip install 'omote[torch,export,neural]'")
    model = write_random_model(tmp_path / "model")
    slot = make_slot(engine=AUTO, neural=NeuralSettings(("cpu",), str(model)))
    slot.load(builtin_avatars()["kofi"])
    assert isinstance(slot.engine, RetouchEngine)
    assert slot.engine.name == "head"  # until its network is loaded
    assert answered(slot, str(avatar_folder(tmp_path / "me", "Me"))) == [None]
    assert slot.engine.name == "null"
    assert answered(slot, "ines") == [None]
    assert isinstance(slot.engine, RetouchEngine)
    assert all("is being loaded" in note for note in slot.notes())


def test_where_auto_cannot_retouch_the_head_engine_draws_and_the_notes_say_why(
    make_slot: Callable[..., AvatarSlot], tmp_path: Path
) -> None:
    slot = make_slot(engine=AUTO, neural=NeuralSettings(model=str(tmp_path / "nowhere")))
    slot.load(builtin_avatars()["kofi"])
    assert slot.engine.name == "head"
    assert not isinstance(slot.engine, RetouchEngine)
    (note,) = slot.notes()
    assert note.startswith("the head engine draws; retouch: ")
    assert "no model.toml" in note


def test_auto_leaves_out_an_installed_network_that_is_a_trial(
    make_slot: Callable[..., AvatarSlot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("torch", "onnx", "onnxruntime"):
        pytest.importorskip(package, reason="pip install 'omote[torch,export,neural]'")
    for is_trial in (True, False):
        folder = write_random_model(tmp_path / f"installed-{is_trial}" / "retouch", is_trial=is_trial)
        monkeypatch.setattr("runtime.inference.retouch_model.INSTALLED", folder.parent)
        slot = make_slot(engine=AUTO, neural=NeuralSettings(("cpu",)))
        slot.load(builtin_avatars()["kofi"])
        assert isinstance(slot.engine, RetouchEngine) is not is_trial
        assert all("is being loaded" in note for note in slot.notes())


def with_portrait(folder: Path, **channels: float) -> Path:
    """A copy of a built-in avatar whose portrait shows an expression ("mouthSmileLeft")."""
    shutil.copytree(FOLDER / "kofi", folder)
    with np.load(folder / "rig.npz") as rig:
        arrays = dict(rig)
    for name, value in channels.items():
        arrays["portrait"][CHANNEL_INDEX["expression"][name]] = value
    np.savez(folder / "rig.npz", **arrays)
    return folder


def test_the_rest_is_each_avatars_own_until_one_is_chosen_for_all(
    make_slot: Callable[..., AvatarSlot], tmp_path: Path
) -> None:
    smiling = with_portrait(tmp_path / "smiling", mouthSmileLeft=0.4)
    calm = with_portrait(tmp_path / "calm", mouthSmileLeft=0.4)
    manifest = (calm / "avatar.toml").read_text("utf-8")
    assert 'rest = "portrait"' in manifest
    (calm / "avatar.toml").write_text(manifest.replace('rest = "portrait"', 'rest = "neutral"'), "utf-8")
    slot = make_slot(engine="head")
    slot.load(smiling)
    assert (slot.rest, slot.at_rest is None) == ("portrait", False)
    slot.show_at_rest("neutral")
    assert (slot.rest, slot.at_rest) == ("neutral", None)
    slot.show_at_rest("")
    slot.load(calm)
    assert (slot.rest, slot.at_rest) == ("neutral", None)
    slot.show_at_rest("portrait")
    assert (slot.rest, slot.at_rest is None) == ("portrait", False)
    slot.load(
        with_portrait(tmp_path / "still", **dict.fromkeys(BLENDSHAPES, 0.0))
    )  # its portrait is neutral itself
    assert (slot.rest, slot.at_rest) == ("", None)
