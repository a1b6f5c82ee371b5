from __future__ import annotations

import pytest

from protocol.codec import MAX_SOURCE
from runtime.intake.source_names import (
    MAX_NAMES_A_PEER,
    MAX_NAMES_A_PORT,
    MAX_UDP_NAMES,
    SILENCE_S,
    SourceNames,
    is_named,
)


def udp(names: SourceNames, wanted: str, now_s: float, port: int = 1) -> str | None:
    return names.claim("udp 127.0.0.1", "pose", wanted, now_s, origin=f"127.0.0.1:{port}")


def test_a_name_belongs_to_the_first_that_uses_it_until_it_disconnects() -> None:
    names = SourceNames()
    assert names.claim("tcp 1", "pose", "webcam", 0.0) == "webcam"
    assert names.claim("tcp 2", "pose", "webcam", 0.1) == "webcam (2)"
    assert names.claim("tcp 1", "pose", "webcam", 0.2) == "webcam"
    names.release("tcp 1")
    assert names.claim("tcp 3", "pose", "webcam", 0.3) == "webcam"
    assert names.claim("tcp 2", "pose", "webcam", 0.4) == "webcam (2)"


def test_two_connections_of_one_program_may_share_a_name_on_different_layers() -> None:
    names = SourceNames()
    assert names.claim("tcp 1", "pose", "unity", 0.0) == "unity"
    assert names.claim("tcp 2", "expression", "unity", 0.0) == "unity"


def test_a_number_never_makes_a_name_too_long() -> None:
    names = SourceNames()
    names.claim("tcp 1", "pose", "x" * MAX_SOURCE, 0.0)
    assert names.claim("tcp 2", "pose", "x" * MAX_SOURCE, 0.0) == "x" * (MAX_SOURCE - 4) + " (2)"


@pytest.mark.parametrize("peer", ["tcp 1", "udp 127.0.0.1"])
def test_the_panels_name_cannot_be_taken(peer: str) -> None:
    names = SourceNames()
    assert names.claim(peer, "pose", "panel", 0.0) == "panel (2)"
    assert names.claim("panel 1", "pose", "panel", 0.0) == "panel"


def test_a_script_that_sends_from_a_new_port_each_time_stays_one_driver() -> None:
    names = SourceNames()
    assert [udp(names, "script", 0.1 * n, port=n) for n in range(5)] == ["script"] * 5


def test_a_udp_name_is_free_again_after_a_while() -> None:
    names = SourceNames()
    assert udp(names, "mine", 0.0) == "mine"
    assert names.claim("tcp 1", "pose", "mine", SILENCE_S - 0.1) == "mine (2)"
    assert names.claim("tcp 2", "pose", "mine", SILENCE_S + 0.1) == "mine"


def test_one_peer_has_so_many_names_and_no_more() -> None:
    names = SourceNames()
    got = [names.claim("tcp 1", "pose", f"s{n}", 0.0) for n in range(MAX_NAMES_A_PEER + 1)]
    assert got[-1] is None
    assert None not in got[:-1]
    assert names.claim("tcp 2", "pose", "other", 0.0) == "other"


def test_strangers_over_udp_displace_each_other_and_not_a_known_sender() -> None:
    names = SourceNames()
    for tenth in range(40):
        assert udp(names, "tracker", tenth / 10) == "tracker"
    for n in range(MAX_UDP_NAMES * 3):
        udp(names, f"flood {n}", 4.0, port=2 + n // MAX_NAMES_A_PORT)
    assert names.claim("tcp 1", "pose", "tracker", 4.0) == "tracker (2)"  # still held
    assert names.claim("tcp 1", "pose", "new", 4.0) == "new"
    assert udp(names, "late", 4.1, port=60_000) == "late"
    assert len(names._holders) <= MAX_UDP_NAMES + 2


def test_one_datagram_cannot_fill_the_table() -> None:
    names = SourceNames()
    got = [udp(names, f"s{n}", 0.0) for n in range(64)]
    assert sum(name is not None for name in got) == MAX_NAMES_A_PORT


@pytest.mark.parametrize(
    ("source", "asked", "expected"),
    [("a", "a", True), ("a (2)", "a", True), ("a (x)", "a", False), ("ab", "a", False), ("b", "a", False)],
)
def test_a_numbered_source_answers_to_its_name(source: str, asked: str, expected: bool) -> None:
    assert is_named(source, asked) == expected
