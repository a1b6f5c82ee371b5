"""Wishes for other avatars: answered by another thread, withdrawn when it does not begin."""

from __future__ import annotations

import threading

import pytest

from face.errors import AvatarError
from omote.fleet.avatar_cargo import AvatarCargo
from omote.fleet.errors import FleetError
from omote.fleet.wishes import Wishes
from protocol.messages import Reply
from tests.waiting import PATIENCE_S, returns, until

CARGO = AvatarCargo("mio")


def never(cargo: AvatarCargo) -> Reply:
    raise AssertionError(f"{cargo.name} was withdrawn")


def test_the_reply_comes_from_the_thread_that_keeps_the_face() -> None:
    wishes, worn = Wishes(), list[str]()
    replies: list[Reply] = []
    asking = threading.Thread(target=lambda: replies.append(wishes.ask(CARGO, PATIENCE_S)))
    asking.start()

    def wear(cargo: AvatarCargo) -> Reply:
        worn.append(cargo.name)
        return Reply(ok=True, message="done")

    def is_answered() -> bool:
        wishes.fulfil(wear)
        return bool(replies)

    until(is_answered)
    asking.join()
    assert (replies, worn) == ([Reply(ok=True, message="done")], ["mio"])


def test_what_the_face_cannot_wear_is_said_to_who_asked() -> None:
    wishes, failed = Wishes(), list[str]()

    def ask() -> None:
        with pytest.raises(AvatarError, match="a damaged file") as caught:
            wishes.ask(CARGO, PATIENCE_S)
        failed.append(str(caught.value))

    def wear(cargo: AvatarCargo) -> Reply:
        raise AvatarError("a damaged file")

    asking = threading.Thread(target=ask)
    asking.start()

    def is_answered() -> bool:
        wishes.fulfil(wear)
        return bool(failed)

    until(is_answered)
    asking.join()


def test_a_wish_that_is_not_begun_in_time_is_withdrawn_for_good() -> None:
    wishes = Wishes()
    with pytest.raises(FleetError, match=r"did not begin to wear mio within 0.01 s: it is being started"):
        wishes.ask(CARGO, 0.01)
    wishes.fulfil(never)


def test_a_face_that_has_begun_to_wear_is_waited_for() -> None:
    wishes, begun, may_end = Wishes(), threading.Event(), threading.Event()
    replies: list[Reply] = []

    def wear(cargo: AvatarCargo) -> Reply:
        begun.set()
        may_end.wait(PATIENCE_S)
        return Reply(ok=True)

    def fulfil() -> None:
        until(lambda: wishes.fulfil(wear) or begun.is_set())

    keeping = threading.Thread(target=fulfil)
    keeping.start()

    def ask() -> None:  # asked again until the other thread was fast enough
        while not replies:
            try:
                replies.append(wishes.ask(CARGO, 0.2))
            except FleetError:
                continue

    asking = threading.Thread(target=ask)
    asking.start()
    assert begun.wait(PATIENCE_S)
    asking.join(0.3)  # longer than it waits for the beginning
    assert asking.is_alive()
    may_end.set()
    asking.join()
    keeping.join()
    assert replies == [Reply(ok=True)]


def test_nobody_waits_for_a_face_that_has_ended() -> None:
    wishes = Wishes()

    def ask() -> None:
        with pytest.raises(FleetError, match="has ended before it could wear mio"):
            wishes.ask(CARGO, PATIENCE_S)

    asking = threading.Thread(target=ask)
    asking.start()

    def has_ended() -> bool:
        wishes.withdraw()
        return not asking.is_alive()

    returns(lambda: until(has_ended))
