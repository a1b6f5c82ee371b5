from __future__ import annotations

from bridge.ports.routing import KEEP_NEWEST, Router
from bridge.ports.udp_port import Datagram
from bridge.trackers.livelink import LiveLinkTracker
from bridge.trackers.vmc import VmcTracker
from tests.bridge.desktop_encoders import vmc_clips
from tests.bridge.phone_encoders import Face, livelink

LIVE_LINK, VMC = LiveLinkTracker(), VmcTracker()


def faces(count: int, *, host: str = "192.0.2.1", port: int = 5000) -> list[Datagram]:
    return [Datagram(livelink(Face(), frame=number), host, port) for number in range(count)]


def router(*, is_detecting: bool) -> tuple[Router, list[str]]:
    lines: list[str] = []
    return Router([LIVE_LINK, VMC], lines.append, is_detecting=is_detecting), lines


def test_backlog_of_whole_states_keeps_the_newest_in_order() -> None:
    of, _ = router(is_detecting=False)
    waiting = faces(40)
    assert [routed.datagram for routed in of.route([LIVE_LINK], waiting)] == waiting[-KEEP_NEWEST:]
    assert of.passed_over == {"livelink": 40 - KEEP_NEWEST}


def test_flood_of_one_sender_drops_nothing_of_another() -> None:
    of, _ = router(is_detecting=False)
    other = faces(1, host="192.0.2.2")
    kept = [routed.datagram for routed in of.route([LIVE_LINK], [*faces(30), *other, *faces(30)])]
    assert other[0] in kept
    assert len(kept) == KEEP_NEWEST + 1


def test_backlog_of_changes_is_kept_whole() -> None:
    for is_detecting in (False, True):
        of, _ = router(is_detecting=is_detecting)
        waiting = [Datagram(vmc_clips({"jawOpen": step / 64}), "192.0.2.1", 5000) for step in range(64)]
        assert [routed.datagram for routed in of.route([VMC], waiting)] == waiting
        assert not of.passed_over


def test_port_decides_without_detection_and_format_with_it() -> None:
    of, _ = router(is_detecting=False)
    assert [routed.tracker for routed in of.route([VMC], faces(1))] == [VMC]
    of, _ = router(is_detecting=True)
    assert [routed.tracker for routed in of.route([VMC], faces(1))] == [LIVE_LINK]
    assert of.mixed_up == {("vmc", "livelink"): 1}
    junk = [Datagram(b"junk", "192.0.2.1", 5000)]
    assert [routed.tracker for routed in of.route([VMC], junk)] == [VMC]  # to say no
    assert [routed.tracker for routed in of.route([], junk)] == [None]


def test_mix_up_is_reported_once_and_only_without_detection() -> None:
    of, lines = router(is_detecting=False)
    for _ in range(3):
        of.refused(VMC, faces(1)[0])
        of.refused(VMC, Datagram(b"junk", "192.0.2.1", 5000))
    assert len(lines) == 1
    assert "omote-bridge livelink" in lines[0]
