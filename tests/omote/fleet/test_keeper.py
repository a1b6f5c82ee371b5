"""The keeper: which processes it orders, and what it still knows after it was started again."""

from __future__ import annotations

import sys
import threading
from contextlib import nullcontext
from pathlib import Path

import pytest

from omote.fleet import keeper
from omote.fleet.avatar_cargo import AvatarCargo
from omote.fleet.directory import DRAIN_S, WARM_FRAMES
from omote.fleet.errors import FleetError
from omote.fleet.face_host import FaceReport
from omote.fleet.face_spec import FaceSpec, face_specs
from omote.fleet.keeper import Keeper
from protocol.messages import ControlMessage, FaceStatus, Snapshot

HERE = "1.0"
SNAPSHOT = Snapshot(drivers=[ControlMessage(layer="pose", source="a", values={"yaw": 0.1})])


class Orders:
    """A `Placing` that notes what it is told; the processes of these tests are reports that the test writes."""

    def __init__(self) -> None:
        self.began: list[tuple[str, int, str, str]] = []
        self.ended: list[tuple[str, int]] = []

    def start(self, spec: FaceSpec, generation: int, node: str, *, avoid: str) -> None:
        self.began.append((spec.name, generation, node, avoid))

    def end(self, name: str, generation: int) -> None:
        self.ended.append((name, generation))

    def trouble(self, name: str, generation: int) -> str:
        return "no module named omote" if name == "mio" else ""


class Fleet:
    """A keeper whose clock stands until the test moves it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now_s = folder, 0.0
        self.again()

    def again(self) -> None:
        """Start the keeper from what is on disk."""
        self.orders = Orders()
        self.keeper = Keeper(self.folder, self.orders, version=HERE, key=None, clock=lambda: self.now_s)

    def hear(
        self, name: str, generation: int, frames: int = 100, failure: str = "", version: str = HERE
    ) -> bool:
        face = FaceStatus(
            name=name, worn="kofi", failure=failure, node=f"n{generation}", control_port=generation
        )
        report = FaceReport(face=face, snapshot=SNAPSHOT, frames=frames, restarts=0, pid=1)
        return self.keeper.hear(name, generation, version, report)

    def face(self, name: str) -> FaceStatus:
        return next(face for face in self.keeper.directory.faces(self.now_s) if face.name == name)


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    made = Fleet(tmp_path)
    specs = face_specs(["kofi", "mio"])
    made.keeper.add(specs, {"kofi": AvatarCargo("kofi"), "mio": AvatarCargo("mio", b"data")})
    return made


@pytest.mark.skipif(sys.platform == "win32", reason="a profile of Windows is closed to other users by itself")
def test_the_state_holds_pictures_of_people_and_is_of_its_user_alone(fleet: Fleet) -> None:
    fleet.keeper.remember("mio", AvatarCargo("mio", b"others"))
    files = [path for path in fleet.folder.rglob("*") if path.is_file()]
    assert b"others" in [path.read_bytes() for path in files]
    assert [path.stat().st_mode & 0o077 for path in files] == [0, 0]


def test_every_face_is_started_once_and_a_name_is_not_given_twice(fleet: Fleet) -> None:
    assert fleet.orders.began == [("kofi", 1, "", ""), ("mio", 1, "", "")]
    with pytest.raises(FleetError, match="the fleet has kofi already"):
        fleet.keeper.add(
            face_specs(["nia", "kofi"]), {"nia": AvatarCargo("nia"), "kofi": AvatarCargo("kofi")}
        )
    assert len(fleet.orders.began) == 2


def test_a_face_begins_as_it_was_last_heard(fleet: Fleet) -> None:
    kit = fleet.keeper.kit("kofi")
    assert kit is not None
    assert (kit.cargo.name, kit.snapshot) == ("kofi", None)
    fleet.hear("kofi", 1)
    kit = fleet.keeper.kit("kofi")
    assert kit is not None
    assert kit.snapshot == SNAPSHOT
    assert fleet.keeper.kit("nobody") is None


def test_a_move_orders_one_more_and_ends_the_old_one_after_a_while(fleet: Fleet) -> None:
    fleet.hear("kofi", 1, failure="it starts")  # nothing to be asked what it holds
    assert fleet.keeper.move("kofi", "") == 2
    assert fleet.orders.began[-1] == ("kofi", 2, "", "n1")
    with pytest.raises(FleetError, match="moved already"):
        fleet.keeper.move("kofi", "")
    fleet.hear("kofi", 2, frames=WARM_FRAMES)
    assert (fleet.keeper.generation("kofi"), fleet.face("kofi").node) == (2, "n2")
    assert fleet.hear("kofi", 1)
    assert fleet.orders.ended == []
    fleet.now_s = DRAIN_S
    assert not fleet.hear("kofi", 1)
    assert fleet.orders.ended == [("kofi", 1)]
    assert fleet.keeper.move("kofi", "n9") == 3


def test_a_face_that_does_not_answer_while_it_is_moved_keeps_nobody_waiting(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both faces are asked while the keeper hears, starts and stops others; a face that was stopped is not named."""
    asked: list[str] = []

    def slow(source: object) -> Snapshot:
        """Stands for the requests; what others ask of the keeper meanwhile has to come through."""
        asked.append("kofi")
        done = threading.Event()

        def others() -> None:
            fleet.keeper.add(face_specs(["nia"]), {"nia": AvatarCargo("nia")})
            fleet.hear("kofi", 2, frames=WARM_FRAMES)  # heard again: it is asked once
            if stops:
                fleet.keeper.stop("kofi")
            done.set()

        threading.Thread(target=others, daemon=True).start()
        assert done.wait(20.0), "the keeper is locked while it asks"
        return SNAPSHOT

    monkeypatch.setattr(keeper, "_client", lambda face, key: nullcontext(face))
    monkeypatch.setattr(keeper, "take", slow)
    monkeypatch.setattr(keeper, "restore", lambda snapshot, target: None)
    for stops in (False, True):
        fleet.hear("kofi", 1)
        fleet.keeper.move("kofi", "")
        fleet.hear("kofi", 2, frames=WARM_FRAMES)
        assert asked == ["kofi"]
        names = [face.name for face in fleet.keeper.directory.faces(fleet.now_s)]
        if stops:
            assert "kofi" not in names
        else:
            assert fleet.keeper.generation("kofi") == 2
            fleet.keeper.down()
            fleet.keeper.add(face_specs(["kofi"]), {"kofi": AvatarCargo("kofi")})
        asked.clear()


def test_a_move_that_is_given_up_leaves_the_face_where_it_is(fleet: Fleet) -> None:
    fleet.hear("kofi", 1, failure="it starts")  # nothing to be asked what it holds
    fleet.keeper.move("kofi", "")
    fleet.keeper.give_up_move("kofi")
    assert fleet.orders.ended == [("kofi", 2)]
    fleet.hear("kofi", 2, frames=WARM_FRAMES)  # sent before it was ended
    assert fleet.face("kofi").node == "n1"
    assert fleet.keeper.move("kofi", "") == 2
    fleet.hear("kofi", 2, frames=WARM_FRAMES)
    assert fleet.face("kofi").node == "n2"


def test_a_face_of_a_name_that_was_stopped_is_not_ended_in_the_place_of_the_old_one(fleet: Fleet) -> None:
    fleet.hear("kofi", 1, failure="it starts")
    fleet.keeper.move("kofi", "")
    fleet.hear("kofi", 2, frames=WARM_FRAMES)  # the first one goes on for DRAIN_S
    fleet.keeper.stop("kofi")
    fleet.orders.ended.clear()
    fleet.keeper.add(face_specs(["kofi"]), {"kofi": AvatarCargo("kofi")})
    fleet.now_s = DRAIN_S
    assert fleet.hear("kofi", 1)
    assert fleet.orders.ended == []


def test_what_is_wanted_outlives_the_keeper_and_hosts_are_known_again(fleet: Fleet) -> None:
    fleet.keeper.remember("kofi", AvatarCargo("nia"))
    fleet.keeper.stop("mio")
    fleet.again()
    assert fleet.keeper.directory.names == ["kofi"]
    fleet.keeper.resume()
    assert fleet.orders.began == [("kofi", 1, "", "")]
    kit = fleet.keeper.kit("kofi")
    assert kit is not None
    assert kit.cargo == AvatarCargo("nia")
    assert fleet.hear("kofi", 1)
    assert fleet.face("kofi").failure == ""
    assert not fleet.hear("mio", 1)
    assert fleet.orders.ended == [("mio", 1)]
    fleet.keeper.down()
    fleet.again()
    assert fleet.keeper.directory.names == []


def test_another_version_of_omote_is_refused_by_name(fleet: Fleet) -> None:
    fleet.hear("kofi", 1, version="0.9")
    assert "has Omote 0.9, and the fleet was started with 1.0" in fleet.face("kofi").failure


def test_a_host_that_could_not_begin_says_why(fleet: Fleet) -> None:
    fleet.keeper.look_after()
    fleet.now_s = 60.0
    assert "no module named omote" in fleet.face("mio").failure
    assert "the nodes may have no room" in fleet.face("kofi").failure


def test_a_face_that_is_not_there_is_said_with_those_that_are(fleet: Fleet) -> None:
    for call in (fleet.keeper.stop, fleet.keeper.generation, lambda name: fleet.keeper.move(name, "")):
        with pytest.raises(FleetError, match="no face 'nobody'; there are: kofi, mio"):
            call("nobody")
