"""A face beside others in one OpenGL context: byte for byte what it is alone, with the same messages and times."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from protocol.messages import ControlMessage, LayerName
from runtime.avatars.builtin import builtin_avatars
from runtime.avatars.slot import AvatarSlot, SharedLoading
from runtime.backgrounds.background import parse_background
from runtime.backgrounds.picture_folder import PictureFolder
from runtime.control.control import Control
from runtime.engines.gl_room import GlRoom
from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from runtime.layers.compose import default_layers
from runtime.live_face import LiveFace
from runtime.loop import FrameLoop
from runtime.publishers.memory import MemoryPublisher
from runtime.publishers.publisher_set import PublisherSet
from runtime.takes.desk import TakeDesk
from runtime.takes.folder import TakeFolder
from tests.waiting import until

SIZE = 96
STEPS = 24
STEP_S = 1 / 30


class Digests(MemoryPublisher):
    """Keeps the digest and the motion of every frame."""

    def __init__(self) -> None:
        super().__init__()
        self.pixels: list[str] = []
        self.motions: list[bytes] = []

    def publish(self, frame: Frame) -> None:
        self.pixels.append(sha256(frame.pixels.tobytes()).hexdigest())
        assert frame.motion is not None
        self.motions.append(frame.motion.tobytes())


class Seat:
    """One face with the head engine."""

    def __init__(self, folder: Path, avatar: str, room: GlRoom | None) -> None:
        self.inbox, self.digests = Inbox(), Digests()
        self.slot = AvatarSlot(size=SIZE, engine="head", fps=30.0, shared=SharedLoading(room=room))
        self.slot.load(builtin_avatars()[avatar])
        self.face = LiveFace(
            inbox=self.inbox,
            control=Control(),
            slot=self.slot,
            takes=TakeDesk(TakeFolder(folder), self.inbox),
            publishers=PublisherSet({"memory": lambda: self.digests}),
            clock=time.perf_counter,
            fps=30.0,
            layers=default_layers(worn=self.slot),
        )
        self.face.start(100.0)

    def send(self, layer: LayerName, now_s: float, **values: float) -> None:
        message = ControlMessage(layer=layer, source="script", values=values, ttl_s=0.4)
        self.inbox.offer(message, round(now_s * 1e9))


def drive_first(seat: Seat, step: int, now_s: float) -> None:
    if step in (3, 4, 5, 9):
        seat.send("pose", now_s, yaw=0.08 * step)
        seat.send("expression", now_s, jawOpen=0.1 * step, eyeBlinkLeft=0.1 * step)


def drive_second(seat: Seat, step: int, now_s: float) -> None:
    if step % 2:
        seat.send("pose", now_s, yaw=-0.5, roll=0.3)
        seat.send("expression", now_s, jawOpen=0.9, mouthSmileLeft=0.8)
        seat.send("emotion", now_s, angry=1.0)


def play(seats: list[Seat], act: Callable[[int, float], None] = lambda step, now_s: None) -> None:
    """Draw the first seat at every step, and the others at most of them, so that frames alone and together alternate."""
    loop = FrameLoop([seat.face for seat in seats])
    for step in range(STEPS):
        now_s = 100.0 + step * STEP_S
        drive_first(seats[0], step, now_s)
        for other in seats[1:]:
            drive_second(other, step, now_s)
        act(step, now_s)
        due = [seat.face for number, seat in enumerate(seats) if number == 0 or step % 4 != number]
        loop.draw(due, now_s)
        for seat in seats:
            assert seat.face.failure is None
            seat.slot.step()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Digests:
    seat = Seat(tmp_path_factory.mktemp("alone"), "kofi", None)
    play([seat])
    seat.slot.close()
    return seat.digests


def test_frames_beside_another_face_are_byte_for_byte_those_alone(alone: Digests, tmp_path: Path) -> None:
    room = GlRoom()
    seats = [Seat(tmp_path, "kofi", room), Seat(tmp_path, "mio", room)]
    play(seats)
    assert len(set(alone.pixels)) > STEPS // 2  # it moves
    assert seats[0].digests.pixels == alone.pixels
    assert not set(seats[1].digests.pixels) & set(alone.pixels)
    for seat in seats:
        seat.slot.close()


def test_a_driver_of_one_face_never_moves_another(alone: Digests, tmp_path: Path) -> None:
    room = GlRoom()
    seats = [Seat(tmp_path, "kofi", room), Seat(tmp_path, "kofi", room)]
    play(seats)
    assert seats[0].digests.motions == alone.motions
    assert seats[1].digests.motions != alone.motions[: len(seats[1].digests.motions)]
    for seat in seats:
        seat.slot.close()


def test_another_face_that_changes_avatar_and_background_or_ends_changes_no_byte(
    alone: Digests, tmp_path: Path
) -> None:
    room, done = GlRoom(), list[object]()
    seats = [Seat(tmp_path, name, room) for name in ("kofi", "mio", "noh")]

    def act(step: int, now_s: float) -> None:
        if step == 4:
            colour = parse_background("#00b140", PictureFolder(tmp_path))
            seats[1].slot.request_background(colour, done.append)
            until(lambda: seats[1].slot.step() or done == [None])
        if step == 8:
            seats[1].slot.load(builtin_avatars()["teo"])
        if step == 16:
            seats.pop().slot.close()

    play(seats, act)
    assert seats[0].digests.pixels == alone.pixels
    for seat in seats:
        seat.slot.close()
